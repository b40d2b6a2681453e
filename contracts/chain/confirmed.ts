import { readFile } from 'node:fs/promises'
import { Effect, Semaphore } from 'effect'
import { writeDurably } from '../durable-file.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Rpc } from './viem.ts'

type Hex = `0x${string}`

/** What of a chain counts: the blocks that are so deep that it is reckoned not to take them back. */
export interface Confirmed {
  /**
   * The last block that counts. Never goes back. Fails (ChainFailure) with `REORGANISED`, and from then on always, once
   * the chain has another block in the place of one that has counted: what was told by it may never have been.
   */
  readonly block: Effect.Effect<number, ChainFailure>
}

/** A block and which one it is. */
interface Seen {
  readonly block: number
  readonly hash: Hex
}

/**
 * Counts the blocks that have `confirmations` behind them. With `file` the last one that counted is kept, so that a reorg
 * that came while nobody looked is seen, too. Fails (ChainFailure) if the file cannot be read as it was written.
 */
export const makeConfirmed = (options: {
  readonly rpc: Pick<Rpc, 'blockNumber' | 'blockHash'>
  readonly confirmations: number
  readonly file?: string
}): Effect.Effect<Confirmed, ChainFailure> =>
  Effect.gen(function* () {
    const { rpc, confirmations, file } = options
    const turns = Semaphore.makeUnsafe(1)
    let last: Seen | null = file === undefined ? null : yield* keptIn(file)
    let broken: ChainFailure | null = null

    const checkLast = Effect.fnUntraced(function* ({ block, hash }: Seen) {
      const now = yield* rpc.blockHash(block)
      if (now === hash) return
      // A node may be behind others of its kind; that another block is there, it has to say.
      if (now === null) return yield* failed(`it ends before block ${block}, which it had before`)
      const where = file === undefined ? '' : `; once everything holds (verify audit), remove ${file}`
      broken = new ChainFailure({
        operation: 'follow the chain',
        code: 'REORGANISED',
        detail: `block ${block} was ${hash} and is ${now}: a reorg deeper than the ${confirmations} blocks that are waited for; what was told by it may be gone${where}`,
      })
      return yield* broken
    })

    const look = Effect.gen(function* () {
      if (broken !== null) return yield* broken
      const head = yield* rpc.blockNumber
      if (last !== null) yield* checkLast(last)
      const block = Math.max(0, head - confirmations)
      if (last !== null && block <= last.block) return last.block
      const hash = yield* rpc.blockHash(block)
      if (hash === null) return yield* failed(`it said that it has ${head} blocks, and has no block ${block}`)
      const seen = { block, hash }
      if (file !== undefined) yield* keepIn(file, seen)
      last = seen
      return block
    })
    return { block: turns.withPermits(1)(look) }
  })

const failed = (detail: string) => Effect.fail(new ChainFailure({ operation: 'follow the chain', detail }))

const keepIn = (file: string, seen: Seen): Effect.Effect<void, ChainFailure> =>
  Effect.tryPromise({
    try: () => writeDurably(file, `${JSON.stringify(seen)}\n`),
    catch: (cause) => new ChainFailure({ operation: 'follow the chain', detail: String(cause) }),
  })

const keptIn = (file: string): Effect.Effect<Seen | null, ChainFailure> =>
  Effect.tryPromise({
    try: async () => {
      const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return null
        throw cause
      })
      if (text === null) return null
      const { block, hash } = JSON.parse(text) as Seen
      if (!Number.isSafeInteger(block) || !/^0x[0-9a-f]{64}$/.test(hash)) throw new Error('is no block and its hash')
      return { block, hash }
    },
    catch: (cause) => new ChainFailure({ operation: `read ${file}`, detail: (cause as Error).message }),
  })
