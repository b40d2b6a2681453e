import { CommandBuffer, commandLayout } from '../book/command-buffer.ts'
import type { OrderBooks } from '../book/order-books.ts'

const { COMMAND_DOUBLES } = commandLayout

/** Service times of single operations in ns. */
export interface ServiceTime {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** Holds the one command that is timed. */
const one = new CommandBuffer(1)
one.length = 1

/**
 * How long the books take for one operation: each command is copied into a buffer of its own and run between two
 * readings of `performance.now()` (steps of 10 ns here). What two readings cost with nothing between them, as the
 * median of 100,000 pairs in the same run, is taken off. The copy is outside; letting the events go, as well.
 */
export function serviceTime(books: OrderBooks, batches: readonly CommandBuffer[], samplesMax: number): ServiceTime {
  const timerMs = timerCostMs()
  const samples = new Float64Array(Math.min(samplesMax, countOf(batches)))
  fill(samples, books, batches)
  samples.sort()
  const at = (share: number) => {
    const sampleMs = samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] as number
    return Math.max(0, Math.round((sampleMs - timerMs) * 1e6))
  }
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) }
}

const countOf = (batches: readonly CommandBuffer[]): number => batches.reduce((sum, { length }) => sum + length, 0)

/** The batches that no samples are left for are run whole: what comes after them must find the same books. */
function fill(samples: Float64Array, books: OrderBooks, batches: readonly CommandBuffer[]): void {
  let taken = 0
  for (const batch of batches) {
    if (taken < samples.length) taken = sampleBatch(samples, taken, books, batch)
    else books.run(batch)
    books.events.clear()
    books.marks?.clear()
  }
}

function sampleBatch(samples: Float64Array, taken: number, books: OrderBooks, batch: CommandBuffer): number {
  for (let index = 0; index < batch.length; index++) {
    for (let field = 0; field < COMMAND_DOUBLES; field++) {
      one.doubles[field] = batch.doubles[index * COMMAND_DOUBLES + field] as number
    }
    const begunMs = performance.now()
    books.run(one)
    const endedMs = performance.now()
    // Beyond the last sample this changes nothing: a typed array has no such place.
    samples[taken + index] = endedMs - begunMs
  }
  return Math.min(samples.length, taken + batch.length)
}

function timerCostMs(): number {
  const pairs = new Float64Array(100_000)
  for (let at = 0; at < pairs.length; at++) {
    const begunMs = performance.now()
    pairs[at] = performance.now() - begunMs
  }
  return pairs.sort()[pairs.length / 2] as number
}
