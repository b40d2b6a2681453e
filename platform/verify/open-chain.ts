import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import {
  ChainFailure,
  type ChainReader,
  connectChainReader,
  connectDeviceRegistryReader,
  type DeviceRegistryReader,
  JOURNAL_FILE,
  neighbourhoodIdOf,
  startLocalChain,
} from '#contracts/index.ts'
import { BadInput } from '../bad-input.ts'
import type { NodeFile } from './node-file.ts'
import { ProofFailed } from './proof-failed.ts'

/** The chain that a proof is held against, as it was at one block. */
export interface PinnedChain {
  readonly reader: ChainReader
  readonly registry: DeviceRegistryReader
  readonly block: number
  /** where it was asked */
  readonly source: string
}

/**
 * The chain of a data folder: at `rpcUrl` where the user names one; that of the running node; else the local one,
 * made again from a copy of its journal, so that nothing in the folder changes.
 */
export const openChain = (options: {
  readonly folder: string
  readonly node: NodeFile
  readonly rpcUrl: string | undefined
}): Effect.Effect<PinnedChain, ChainFailure | BadInput | ProofFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { folder, node, rpcUrl } = options
    if (rpcUrl !== undefined) return yield* pinned(rpcUrl, node, rpcUrl)
    if (node.rpcUrl !== null) {
      const running = pinned(node.rpcUrl, node, node.rpcUrl)
      if (node.chain === 'remote') return yield* running
      // A node that was killed still says where its chain was.
      const found = yield* Effect.catch(running, () => Effect.succeed(null))
      if (found !== null) return found
    }
    return yield* fromJournal(folder, node)
  })

const fromJournal = (folder: string, node: NodeFile) =>
  Effect.gen(function* () {
    const journal = join(folder, JOURNAL_FILE)
    if (!existsSync(journal)) {
      return yield* new BadInput({ detail: `--data ${folder}: holds no ${JOURNAL_FILE}; name its chain with --rpc` })
    }
    const copy = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), 'commonwatt-verify-'))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
    )
    yield* Effect.sync(() => copyFileSync(journal, join(copy, JOURNAL_FILE)))
    // Nothing is sent, so what the clock says does not matter.
    const { rpcUrl } = yield* startLocalChain({ clock: { nowMs: () => 0, speed: 1 }, dataDir: copy }).pipe(
      Effect.mapError(
        ({ operation, detail }) => new ChainFailure({ operation, detail: detail.replaceAll(join(copy, '/'), '') }),
      ),
    )
    return yield* pinned(rpcUrl, node, journal)
  })

const pinned = (rpcUrl: string, node: NodeFile, source: string) =>
  Effect.gen(function* () {
    const { addresses, neighbourhood: name } = node
    const neighbourhood = neighbourhoodIdOf(name)
    const now = yield* connectChainReader({ rpcUrl, addresses, neighbourhood })
    const block = yield* now.blockNumber
    const reader = yield* connectChainReader({ rpcUrl, addresses, neighbourhood, atBlock: block })
    const terms = yield* reader.terms // there is a settlement at all
    for (const role of ['supplier', 'grid', 'fund'] as const) {
      if (terms[role] === node[role]) continue
      const place = `chain neighbourhood ${role}`
      return yield* new ProofFailed({ step: 'chain', place, expected: node[role], got: terms[role] })
    }
    const registry = yield* connectDeviceRegistryReader({ rpcUrl, addresses, atBlock: block })
    return { reader, registry, block, source }
  })
