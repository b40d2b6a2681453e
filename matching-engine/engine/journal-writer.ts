import { COMMAND_BYTES } from '../book/command-buffer.ts'
import { type BatchFile, StaleAppend } from '../event-log/node-sqlite.ts'
import { type SnapshotPart, snapshotParts } from '../event-log/snapshot-parts.ts'
import type { CommandRing } from './command-ring.ts'
import type { JournalReport } from './journal.ts'

/** Rows that one step of clearing out drops. */
const ROWS_A_STEP = 8

/**
 * Writes the journal of a partition: each step is one transaction of all the commands that wait in the ring, as one
 * batch, and of a small piece of housekeeping, so that no append waits for a snapshot or a clearing out. It does as
 * it is told by whoever drives it: the worker thread, or a test.
 */
export class JournalWriter {
  readonly #file: BatchFile
  readonly #ring: CommandRing
  readonly #partition: string
  #sequence: number
  #parts: readonly SnapshotPart[] = []
  #clearing: Iterator<unknown> | null = null

  constructor(options: {
    readonly file: BatchFile
    readonly ring: CommandRing
    readonly partition: string
    /** the last one in the file */
    readonly sequence: number
  }) {
    this.#file = options.file
    this.#ring = options.ring
    this.#partition = options.partition
    this.#sequence = options.sequence
  }

  /** Has a snapshot written, part by part, in the place of one that is under way. */
  keepSnapshot(snapshot: { readonly sequence: number; readonly bytes: Uint8Array }): void {
    this.#parts = snapshotParts({ partition: this.#partition, ...snapshot })
  }

  /** Whether there is anything that must be written yet. */
  get owes(): boolean {
    return this.#parts.length > 0 || this.#ring.waiting().length > 0
  }

  /** Does what there is to do, in one transaction, and gives what is to be told of it; null if there was nothing. */
  step(): readonly JournalReport[] | null {
    const waiting = this.#ring.waiting()
    const [part, ...parts] = this.#parts
    if (waiting.length === 0 && part === undefined && this.#clearing === null) return null
    try {
      this.#file.transaction(() => {
        if (waiting.length > 0) this.#append(waiting)
        if (part !== undefined) this.#file.putSnapshotPart(part)
        else if (this.#clearing?.next().done === true) this.#clearing = null
      })
    } catch (cause) {
      return [failureOf(cause)]
    }
    const reports: JournalReport[] = []
    if (waiting.length > 0) reports.push({ type: 'synced', sequence: this.#sequence })
    if (part !== undefined && parts.length === 0) {
      this.#clearing = this.#clear()
      reports.push({ type: 'snapshot-kept', sequence: part.sequence })
    }
    this.#parts = parts
    return reports
  }

  #append(waiting: readonly Uint8Array[]): void {
    const batches = waiting.map(
      (bytes) => ({ count: bytes.length / COMMAND_BYTES, encoding: 'commands', bytes }) as const,
    )
    this.#sequence = this.#file.append(this.#partition, this.#sequence, batches)
    // The database has its own copy by now; what is put from here on is the next group.
    for (const { count } of batches) this.#ring.take(count)
  }

  /**
   * The last two snapshots stay, and every command after the older one: if the newest is torn one day, they have to do.
   * So the older one is read again before what it covers is dropped.
   */
  *#clear(): Generator {
    const partition = this.#partition
    const [, older] = this.#file.snapshots(partition)
    if (older === undefined) return
    const { sequence } = older
    while (this.#file.dropSnapshotParts(partition, sequence, ROWS_A_STEP) > 0) yield
    for (let part = 0; part < older.parts; part++) {
      if (this.#file.snapshotPart({ partition, sequence, part }) === null) return
      yield
    }
    while (this.#file.dropBatches(partition, sequence, ROWS_A_STEP) > 0) yield
  }
}

/** Why a journal can take no more. */
export function failureOf(cause: unknown): JournalReport {
  const actualSequence = cause instanceof StaleAppend ? cause.actualSequence : null
  return { type: 'failed', detail: cause instanceof Error ? cause.message : String(cause), actualSequence }
}
