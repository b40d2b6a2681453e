import type { CommandBuffer } from '../book/command-buffer.ts'
import { OrderBooks } from '../book/order-books.ts'
import { MEMBERS } from './members.ts'
import type { MixOf } from './mix.ts'
import { deepMix } from './mixes/deep.ts'
import { exchangeMix, manyBooksMix } from './mixes/exchange.ts'
import { flashCrashMix } from './mixes/flash-crash.ts'
import { localMix } from './mixes/local.ts'
import { oneLevelMix } from './mixes/one-level.ts'
import { thinMix } from './mixes/thin.ts'
import { wideSweepsMix } from './mixes/wide-sweeps.ts'
import { SeededNumbers } from './seeded-numbers.ts'
import { StreamWriter } from './stream-writer.ts'

/** What the engine is measured with. */
const mixes = {
  exchange: exchangeMix,
  local: localMix,
  thin: thinMix,
  deep: deepMix,
  oneLevel: oneLevelMix,
  wideSweeps: wideSweepsMix,
  flashCrash: flashCrashMix,
  books96: manyBooksMix,
} as const satisfies Record<string, MixOf>
export type WorkloadName = keyof typeof mixes
export const workloadNames = Object.keys(mixes) as WorkloadName[]

/** A stream of commands in batches of 256, the same for the same seed. */
export interface Workload {
  readonly name: WorkloadName
  readonly books: number
  /** opens the books and fills the accounts: once */
  readonly opening: readonly CommandBuffer[]
  /** brings the books to where measuring begins */
  readonly setUp: readonly CommandBuffer[]
  /** what is measured */
  readonly main: readonly CommandBuffer[]
  /** cancels all that is open then, so that the stream, set-up first, can be run again */
  readonly cleanUp: readonly CommandBuffer[]
  readonly operations: number
}

const BEGIN_MS = Date.UTC(2026, 5, 1)

/** Far more than any workload moves, a million times over: 64 members stay far below 2^53. */
const RICH = { moneyMicroEur: 1e13, energyWh: 1e12 }

/** Books with everything on: collateral, level-2 marks; the check for self-trades is in each order of a workload. */
export function openBooks(): OrderBooks {
  return new OrderBooks({
    minPriceEurPerMWh: -500,
    maxPriceEurPerMWh: 4_000,
    tickEurPerMWh: 1,
    nowMs: BEGIN_MS,
    risk: true,
    depthMarks: true,
  })
}

/** Begins a stream: books open, accounts full. */
export function openStream(options: { readonly books: number; readonly writeTo: OrderBooks }): StreamWriter {
  const stream = new StreamWriter({ books: options.writeTo, nowMs: BEGIN_MS })
  for (let book = 0; book < options.books; book++) stream.openBook(book)
  for (let account = 0; account < MEMBERS; account++) stream.deposit(account, RICH)
  return stream
}

/** Writes a workload of about so many operations. Throws if the books refuse one of its commands. */
export function writeWorkload(
  name: WorkloadName,
  size: { readonly operations: number; readonly seed: number },
): Workload {
  const mix = mixes[name](new SeededNumbers(size.seed))
  const stream = openStream({ books: mix.books, writeTo: openBooks() })
  const opening = stream.cut()
  mix.setUp(stream)
  const setUp = stream.cut()
  while (stream.written < size.operations) mix.next(stream)
  const operations = stream.written
  const main = stream.cut()
  for (let order = stream.live.all[0]; order !== undefined; order = stream.live.all[0]) stream.cancel(order)
  return { name, books: mix.books, opening, setUp, main, cleanUp: stream.cut(), operations }
}
