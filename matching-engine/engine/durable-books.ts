import { Effect, type Scope } from 'effect'
import type { CommandBuffer } from '../book/command-buffer.ts'
import { LogFailure, StaleSequence } from '../event-log/event-log.ts'
import { BatchFile } from '../event-log/node-sqlite.ts'
import type { Books } from './books.ts'
import { RING_COMMANDS } from './command-ring.ts'
import type { Journal, JournalReport, OpenJournal } from './journal.ts'
import { type Recovery, recoverBooks } from './recover-books.ts'
import { openWorkerJournal } from './worker-journal.ts'

/** Commands between snapshots: what a start has to run again at most twice, a second or less. */
const SNAPSHOT_EVERY_COMMANDS = 4_000_000

type Stopped = LogFailure | StaleSequence

export interface DurableBooksOptions {
  readonly file: string
  readonly partition: string
  /** new ones, which nobody has given a command */
  readonly books: Books
  readonly snapshotEveryCommands?: number
  /** how large the file may become; without room the books stop */
  readonly maxBytes?: number
  /** what writes the file; a worker thread if left out */
  readonly openJournal?: OpenJournal
}

/** Books whose every command is on disk before anybody is told its outcome. */
export interface DurableBooks {
  /** how they were found again */
  readonly recovery: Recovery
  /**
   * Runs commands and has them written at the same time. When this succeeds they are on disk, and their outcomes (in
   * `commands.outcomes`) count; until then the buffer must be left alone. Submits are taken in order, each whole or
   * not at all, and wait while the journal is behind. A failure is for good: the books have run ahead of the file, so
   * they have to be opened again. At most `RING_COMMANDS` at once.
   */
  readonly submit: (commands: CommandBuffer) => Effect.Effect<void, Stopped>
}

/**
 * Opens a journal of commands and the books that are the fold of it: newest intact snapshot, then the commands after
 * it. Closed with the scope, it writes what it was given and a snapshot. Fails on a journal that cannot be read as it
 * was written, and says where.
 */
export const openDurableBooks = (options: DurableBooksOptions): Effect.Effect<DurableBooks, LogFailure, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => new JournaledBooks(options, recover(options)),
      catch: (cause) => failure(options.partition, cause instanceof Error ? cause.message : String(cause)),
    }),
    (books) => books.close,
  )

function recover({ file, partition, books, maxBytes }: DurableBooksOptions): Recovery {
  const batches = new BatchFile(file, maxBytes === undefined ? {} : { maxBytes })
  try {
    return recoverBooks({ file: batches, partition }, books)
  } finally {
    batches.close()
  }
}

interface Waiting {
  readonly commands: CommandBuffer
  readonly answer: (stopped: Stopped | null) => void
}

class JournaledBooks implements DurableBooks {
  readonly recovery: Recovery
  readonly #partition: string
  readonly #books: Books
  readonly #journal: Journal
  readonly #snapshotEvery: number
  /** the last command that was run */
  #sequence: number
  /** the last one on disk */
  #synced: number
  /** the last one that a snapshot covers, kept or under way */
  #snapshotSequence: number
  #isKeepingSnapshot = false
  /** not run yet: the ring had no room */
  #queue: Waiting[] = []
  /** run, and on their way to the disk */
  #flying: { readonly sequence: number; readonly answer: Waiting['answer'] }[] = []
  /** why nothing is taken any more */
  #refusal: Stopped | null = null
  #hasEnded = false
  #onEnd: () => void = () => {}

  constructor(options: DurableBooksOptions, recovery: Recovery) {
    const { file, partition, books, maxBytes, openJournal = openWorkerJournal } = options
    const { sequence, snapshotSequence } = recovery
    this.recovery = recovery
    this.#partition = partition
    this.#books = books
    this.#sequence = sequence
    this.#synced = sequence
    this.#snapshotSequence = snapshotSequence
    this.#snapshotEvery = options.snapshotEveryCommands ?? SNAPSHOT_EVERY_COMMANDS
    const limits = maxBytes === undefined ? {} : { maxBytes }
    this.#journal = openJournal({ file, partition, sequence, ...limits }, (report) => this.#hear(report))
  }

  readonly submit: DurableBooks['submit'] = (commands) =>
    commands.length > RING_COMMANDS
      ? Effect.die(new RangeError(`${commands.length} commands at once are more than ${RING_COMMANDS}`))
      : Effect.callback((resume) => {
          this.#take({ commands, answer: (stopped) => resume(stopped === null ? Effect.void : Effect.fail(stopped)) })
        })

  /** Writes what was run and a snapshot of it; ends when the file is closed. */
  readonly close: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#hasEnded) return resume(Effect.void)
    this.#onEnd = () => resume(Effect.void)
    this.#refuse(failure(this.#partition, 'the journal is closed'))
    if (this.#sequence > this.#snapshotSequence) this.#keepSnapshot()
    this.#journal.close()
  })

  #take(waiting: Waiting): void {
    const { length } = waiting.commands
    if (this.#refusal !== null || length === 0) waiting.answer(this.#refusal)
    else if (this.#queue.length > 0 || length > this.#journal.ring.room) this.#queue.push(waiting)
    else this.#run(waiting)
  }

  /** The writer has the commands before the books begin: the disk is not waited for, but both work at once. */
  #run({ commands, answer }: Waiting): void {
    this.#journal.ring.put(commands.bytes)
    this.#sequence += commands.length
    this.#flying.push({ sequence: this.#sequence, answer })
    try {
      this.#books.run(commands)
      const isDue = this.#sequence - this.#snapshotSequence >= this.#snapshotEvery
      if (isDue && !this.#isKeepingSnapshot) this.#keepSnapshot()
    } catch (cause) {
      this.#stop(failure(this.#partition, `the books stopped at command ${this.#sequence}: ${String(cause)}`))
    }
  }

  #keepSnapshot(): void {
    this.#isKeepingSnapshot = true
    this.#snapshotSequence = this.#sequence
    this.#journal.keepSnapshot({ sequence: this.#sequence, bytes: this.#books.snapshot() })
  }

  #hear(report: JournalReport): void {
    switch (report.type) {
      case 'synced':
        this.#synced = report.sequence
        this.#acknowledge()
        return
      case 'snapshot-kept':
        this.#isKeepingSnapshot = false
        return
      case 'failed':
        this.#stop(this.#failureOf(report))
        this.#end()
        return
      case 'closed':
        this.#end()
    }
  }

  #acknowledge(): void {
    const behind = this.#flying.findIndex(({ sequence }) => sequence > this.#synced)
    const done = this.#flying.splice(0, behind < 0 ? this.#flying.length : behind)
    for (const { answer } of done) answer(null)
    while (this.#queue[0] !== undefined && this.#queue[0].commands.length <= this.#journal.ring.room) {
      this.#run(this.#queue.shift() as Waiting)
    }
  }

  /** The books have run ahead of the file: nothing of what is under way can be answered any more. */
  #stop(stopped: Stopped): void {
    this.#refuse(stopped)
    for (const { answer } of this.#flying.splice(0)) answer(stopped)
  }

  #refuse(refusal: Stopped): void {
    this.#refusal ??= refusal
    for (const { answer } of this.#queue.splice(0)) answer(this.#refusal)
  }

  #end(): void {
    this.#hasEnded = true
    this.#onEnd()
  }

  #failureOf({ detail, actualSequence }: Extract<JournalReport, { type: 'failed' }>): Stopped {
    if (actualSequence === null) return failure(this.#partition, detail)
    return new StaleSequence({ partition: this.#partition, expectedSequence: this.#synced, actualSequence })
  }
}

function failure(partition: string, detail: string): LogFailure {
  return new LogFailure({ partition, detail })
}
