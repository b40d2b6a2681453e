import { type CommandBuffer, commandLayout } from '../book/command-buffer.ts'
import type { OrderBooks } from '../book/order-books.ts'
import { BATCH_COMMANDS } from './stream-writer.ts'
import { openBooks, type Workload } from './workload.ts'

const { COMMAND_DOUBLES, NOW } = commandLayout

/** 1 MiB: what a log writer holds while the disk is busy. */
const JOURNAL_BATCHES = 64

/** How long the commands of one turn of a stream last, at most: a millisecond a batch. */
export const TURN_MS = 3_600_000

/**
 * Runs a workload again and again on the same books, as an engine does: every batch is copied into a journal first
 * (the bytes that go to the log), then run; events and level-2 marks are there to be read and are let go.
 */
export class StreamRun {
  readonly books: OrderBooks = openBooks()
  readonly #workload: Workload
  readonly #journal = new Float64Array(JOURNAL_BATCHES * BATCH_COMMANDS * COMMAND_DOUBLES)
  #journalAt = 0

  constructor(workload: Workload) {
    this.#workload = workload
    this.run(workload.opening)
  }

  /** One turn: set-up, then `measured` (the main part, unless told otherwise), then clean-up; time goes on. */
  turn(measured: () => void = () => this.run(this.#workload.main)): void {
    this.run(this.#workload.setUp)
    measured()
    this.run(this.#workload.cleanUp)
    this.moveOn(TURN_MS)
  }

  run(batches: readonly CommandBuffer[]): void {
    for (let at = 0; at < batches.length; at++) this.#runBatch(batches[at] as CommandBuffer)
  }

  /** The same commands, later; earlier, where `ms` is negative. */
  moveOn(ms: number): void {
    for (const part of [this.#workload.setUp, this.#workload.main, this.#workload.cleanUp]) moveOn(part, ms)
  }

  #runBatch(batch: CommandBuffer): void {
    const { books } = this
    this.#journal.set(batch.doubles, this.#journalAt)
    this.#journalAt = (this.#journalAt + BATCH_COMMANDS * COMMAND_DOUBLES) % this.#journal.length
    books.run(batch)
    books.events.clear()
    books.marks?.clear()
  }
}

function moveOn(batches: readonly CommandBuffer[], ms: number): void {
  for (const { doubles, length } of batches) {
    for (let at = NOW; at < length * COMMAND_DOUBLES; at += COMMAND_DOUBLES) {
      doubles[at] = (doubles[at] as number) + ms
    }
  }
}

/** Throws if a command was refused: a workload's are all good, in every turn. */
export function allTaken(batches: readonly CommandBuffer[]): void {
  for (const { outcomes, length } of batches) {
    for (let at = 0; at < length; at++) if (outcomes[at] !== 0) throw new Error(`command refused: ${outcomes[at]}`)
  }
}
