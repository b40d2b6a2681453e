import { CommandRing } from '#matching-engine/engine/command-ring.ts'
import type { Journal, JournalReport, OpenJournal } from '#matching-engine/engine/journal.ts'
import { JournalWriter } from '#matching-engine/engine/journal-writer.ts'
import { BatchFile } from '#matching-engine/event-log/node-sqlite.ts'

/**
 * The writer of a journal without its thread: it takes a step when the test says so, and what it tells arrives when
 * the test says so. The rest is the real one.
 */
export class SimulatedJournal {
  readonly file: BatchFile
  readonly #writer: JournalWriter
  readonly #report: (report: JournalReport) => void
  readonly #told: JournalReport[] = []
  readonly journal: Journal
  #isClosing = false
  isOver = false
  /** what the writer has told is on disk, heard of or not */
  synced = 0

  private constructor(options: Parameters<OpenJournal>[0], report: Parameters<OpenJournal>[1]) {
    const { file, maxBytes, partition, sequence } = options
    const ring = new CommandRing()
    this.file = new BatchFile(file, maxBytes === undefined ? {} : { maxBytes })
    this.#writer = new JournalWriter({ file: this.file, ring, partition, sequence })
    this.#report = report
    this.synced = sequence
    this.journal = {
      ring,
      keepSnapshot: (snapshot) => this.#writer.keepSnapshot(snapshot),
      close: () => {
        this.#isClosing = true
      },
    }
  }

  /** For `openDurableBooks`; `opened` is told of it. */
  static opener(opened: (journal: SimulatedJournal) => void): OpenJournal {
    return (options, report) => {
      const simulated = new SimulatedJournal(options, report)
      opened(simulated)
      return simulated.journal
    }
  }

  /** One transaction; whether there was anything to do. */
  step(): boolean {
    if (this.isOver) return false
    const isDone = this.#isClosing && !this.#writer.owes
    const reports = isDone ? [{ type: 'closed' } as const] : this.#writer.step()
    for (const report of reports ?? []) {
      this.#told.push(report)
      if (report.type === 'synced') this.synced = report.sequence
      if (report.type === 'closed' || report.type === 'failed') this.#end()
    }
    return reports !== null
  }

  /** Lets up to so many of its reports arrive. */
  deliver(reports: number): void {
    for (const report of this.#told.splice(0, reports)) this.#report(report)
  }

  /** The process is gone. */
  kill(): void {
    if (!this.isOver) this.#end()
    this.#told.splice(0)
  }

  #end(): void {
    this.isOver = true
    this.file.close()
  }
}
