import { Effect, type Scope } from 'effect'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { decodeEvents, encodeEvents } from './event-lines.ts'
import { type EventLog, LogFailure, type LogSnapshot, StaleSequence } from './event-log.ts'
import { Growth } from './growth.ts'
import { BatchFile, type BatchFileOptions, StaleAppend } from './node-sqlite.ts'
import { follow, PAGE_LENGTH, type PageSource, readToEnd } from './paging.ts'
import { SNAPSHOTS_KEPT, type SnapshotPart, snapshotAhead, snapshotParts } from './snapshot-parts.ts'

/** Rows of old snapshots that are dropped at a time. */
const ROWS_A_STEP = 8

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

  readonly keepSnapshot: EventLog['keepSnapshot'] = (partition, { sequence, bytes }) => {
    const parts = snapshotParts({ partition, sequence, bytes })
    const drop = this.#step(partition, () => this.#file.dropSnapshot(partition, sequence))
    return Effect.forEach(parts, (part) => this.#step(partition, () => this.#putPart(part)), { discard: true }).pipe(
      // What there was no room for does not take up what room there is.
      Effect.tapError(() => Effect.ignore(drop)),
      Effect.andThen(this.#dropOld(partition)),
    )
  }

  readonly snapshots: EventLog['snapshots'] = (partition) =>
    this.#try(partition, () => {
      this.#file.transaction(() => this.#dropLost(partition))
      return this.#file.snapshots(partition).flatMap(({ sequence, parts }): LogSnapshot[] => {
        const bytes = Array.from({ length: parts }, (_, part) => this.#file.snapshotPart({ partition, sequence, part }))
        const intact = bytes.filter((part) => part !== null)
        return intact.length < parts ? [] : [{ sequence, bytes: Buffer.concat(intact) }]
      })
    })

  readonly partitions: EventLog['partitions'] = this.#try('*', () => this.#file.partitions())

  #putPart(part: SnapshotPart): void {
    const { partition, sequence } = part
    const end = this.#file.head(partition)
    if (sequence > end) throw new Error(snapshotAhead(sequence, end))
    this.#file.putSnapshotPart(part)
  }

  #dropLost(partition: string): void {
    const end = this.#file.head(partition)
    for (const { sequence } of this.#file.snapshots(partition)) {
      if (sequence > end) this.#file.dropSnapshot(partition, sequence)
    }
  }

  #dropOld(partition: string): Effect.Effect<void, LogFailure> {
    return this.#step(partition, () => {
      const oldest = this.#file.snapshots(partition)[SNAPSHOTS_KEPT - 1]
      return oldest === undefined ? 0 : this.#file.dropSnapshotParts(partition, oldest.sequence, ROWS_A_STEP)
    }).pipe(Effect.repeat({ while: (dropped) => dropped > 0 }), Effect.asVoid)
  }

  /** A small transaction; after it others get a turn. */
  #step<A>(partition: string, work: () => A): Effect.Effect<A, LogFailure> {
    return Effect.tap(
      this.#try(partition, () => this.#file.transaction(work)),
      Effect.yieldNow,
    )
  }

  #try<A>(partition: string, work: () => A): Effect.Effect<A, LogFailure> {
    return Effect.try({ try: work, catch: (cause) => failure(partition, cause) })
  }

  #source(partition: string): PageSource {
    return {
      pageAfter: (after) => this.#try(partition, () => this.#pageAfter(partition, after)),
      lastSequence: this.#try(partition, () => this.#file.head(partition)),
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
