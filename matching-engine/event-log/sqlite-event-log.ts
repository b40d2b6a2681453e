import { Effect, type Scope } from 'effect'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { decodeEvents, encodeEvents } from './event-lines.ts'
import { type EventLog, LogFailure, StaleSequence } from './event-log.ts'
import { Growth } from './growth.ts'
import { BatchFile, type BatchFileOptions, StaleAppend } from './node-sqlite.ts'
import { follow, PAGE_LENGTH, type PageSource, readToEnd } from './paging.ts'

/** How soon a subscriber sees what another process has appended; its own process tells it at once. */
const FOREIGN_GROWTH_MS = 50

/**
 * An event log in one SQLite file: the embedded store. Every append is one row and one transaction, synced to disk
 * before it is answered, with a checksum, so that a changed byte is found when it is read. Several may be opened over
 * one file, also by several processes. The file closes with the scope. Fails if the file cannot be opened, belongs to
 * another program, was written by a newer version or lacks what was acknowledged.
 */
export function openSqliteEventLog(
  file: string,
  options: BatchFileOptions = {},
): Effect.Effect<EventLog, LogFailure, Scope.Scope> {
  return Effect.acquireRelease(
    Effect.try({
      try: () => new SqliteEventLog(new BatchFile(file, options)),
      catch: (cause) => failure(file, cause),
    }),
    (log) => Effect.sync(() => log.close()),
  )
}

class SqliteEventLog implements EventLog {
  readonly #file: BatchFile
  readonly #growth = new Growth()

  constructor(file: BatchFile) {
    this.#file = file
  }

  close(): void {
    this.#file.close()
    this.#growth.announce()
  }

  readonly append: EventLog['append'] = (partition, expectedSequence, events) =>
    Effect.try({
      try: () => {
        const batches =
          events.length === 0
            ? []
            : [{ count: events.length, encoding: 'events', bytes: encodeEvents(events) } as const]
        const sequence = this.#file.transaction(() => this.#file.append(partition, expectedSequence, batches))
        this.#growth.announce()
        return sequence
      },
      catch: (cause) => {
        if (!(cause instanceof StaleAppend)) return failure(partition, cause)
        return new StaleSequence({ partition, expectedSequence, actualSequence: cause.actualSequence })
      },
    })

  readonly read: EventLog['read'] = (partition, afterSequence) => readToEnd(this.#source(partition), afterSequence)

  readonly subscribe: EventLog['subscribe'] = (partition, afterSequence) =>
    follow(this.#source(partition), afterSequence, () => Effect.timeoutOption(this.#growth.next(), FOREIGN_GROWTH_MS))

  readonly head: EventLog['head'] = (partition) => this.#source(partition).lastSequence

  readonly partitions: EventLog['partitions'] = Effect.try({
    try: () => this.#file.partitions(),
    catch: (cause) => failure('*', cause),
  })

  #source(partition: string): PageSource {
    return {
      pageAfter: (after) =>
        Effect.try({
          try: () => this.#pageAfter(partition, after),
          catch: (cause) => failure(partition, cause),
        }),
      lastSequence: Effect.try({
        try: () => this.#file.head(partition),
        catch: (cause) => failure(partition, cause),
      }),
    }
  }

  /** Whole batches, so that none is decoded twice. */
  #pageAfter(partition: string, after: number): readonly LoggedEvent[] {
    const page: LoggedEvent[] = []
    for (const batch of this.#file.batchesAfter(partition, after)) {
      for (const logged of decodeEvents(batch)) if (logged.sequence > after) page.push(logged)
      if (page.length >= PAGE_LENGTH) break
    }
    return page
  }
}

function failure(partition: string, cause: unknown): LogFailure {
  return new LogFailure({ partition, detail: cause instanceof Error ? cause.message : String(cause) })
}
