import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Effect, type Scope, Stream } from 'effect'
import type { ChainFailure } from '#contracts/index.ts'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { BadInput } from '../bad-input.ts'
import { archiveKeyIn } from './archive-key.ts'
import { type NodeFile, readNodeFile } from './node-file.ts'
import { openChain, type PinnedChain } from './open-chain.ts'
import { ProofFailed } from './proof-failed.ts'

/** Everything that a street leaves behind, opened to be read. */
export interface Evidence {
  readonly folder: string
  readonly node: NodeFile
  /** what opens its archives, and seals them again; null where it is not in the folder */
  readonly archiveKey: `0x${string}` | null
  readonly chain: PinnedChain
  /** the log from its first event to what was its last one when this was asked */
  readonly events: Stream.Stream<LoggedEvent, ProofFailed>
  /** of the last of them */
  readonly lastSequence: number
}

const LOG_FILE = 'log.sqlite'

/** The place of a logged event in a message. */
export function eventPlace({ sequence, event }: LoggedEvent, field = ''): string {
  const { type } = (event ?? {}) as { readonly type?: unknown } // whatever stands there
  const words = [LOG_FILE, 'event', sequence, typeof type === 'string' ? type : '', field]
  return words.filter((word) => word !== '').join(' ')
}

/**
 * Opens the data folder of a node that runs or has run. BadInput where there is none; ProofFailed where its files
 * cannot be read as they were written.
 */
export const openEvidence = (options: {
  readonly data: string
  readonly rpcUrl: string | undefined
  readonly confirmations?: number | undefined
}): Effect.Effect<Evidence, BadInput | ProofFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = resolve(options.data)
    const file = join(folder, LOG_FILE)
    if (!existsSync(file)) {
      return yield* new BadInput({
        detail: `--data ${options.data}: holds no event log; name a folder that 'start' kept`,
      })
    }
    const node = yield* readNodeFile(folder)
    const archiveKey = yield* archiveKeyIn(folder)
    // The chain first: what it has settled by then, the log has told before.
    const { rpcUrl, confirmations } = options
    const chain = yield* openChain({ folder, node, rpcUrl, confirmations }).pipe(
      Effect.catchTag('ChainFailure', (failure) => Effect.fail(unreadableChain(failure))),
    )
    const log = yield* openSqliteEventLog(file).pipe(Effect.mapError(({ detail }) => unreadableLog(detail)))
    const partitions = yield* log.partitions.pipe(Effect.mapError(({ detail }) => unreadableLog(detail)))
    if (!partitions.includes(node.neighbourhood)) {
      return yield* unreadableLog(`the markets ${partitions.join(', ') || '(none)'}, not ${node.neighbourhood}`)
    }
    const lastSequence = yield* log
      .head(node.neighbourhood)
      .pipe(Effect.mapError(({ detail }) => unreadableLog(detail)))
    const events = Stream.mapError(log.read(node.neighbourhood, 0), ({ detail }) => unreadableLog(detail))
    return { folder, node, archiveKey, chain, events, lastSequence }
  })

const unreadableLog = (got: string) =>
  new ProofFailed({ step: 'log', place: LOG_FILE, expected: 'every event as it was written', got })

/** The chain could not be read, or made again from its journal. */
export const unreadableChain = ({ operation, detail, revert }: ChainFailure) =>
  new ProofFailed({
    step: 'chain',
    place: operation,
    expected: 'a chain that answers',
    got: revert === undefined ? detail : `${revert}: ${detail}`,
  })
