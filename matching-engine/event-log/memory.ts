import { crc32 } from 'node:zlib'
import { Effect, type Scope } from 'effect'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { type EventLog, LogFailure, type LogSnapshot, StaleSequence } from './event-log.ts'
import { Growth } from './growth.ts'
import { follow, PAGE_LENGTH, type PageSource, readToEnd } from './paging.ts'
import { SNAPSHOTS_KEPT, snapshotAhead } from './snapshot-parts.ts'

/** Where memory logs keep their events: what a file is to the SQLite store. Lives as long as it is held. */
export class MemoryStorage {
  readonly partitions = new Map<string, LoggedEvent[]>()
  /** newest first */
  readonly snapshots = new Map<string, readonly (LogSnapshot & { readonly checksum: number })[]>()
  readonly growth = new Growth()
}

/** An event log in memory, for tests and short-lived runs. Several may be opened over one storage. */
export function openMemoryEventLog(
  storage: MemoryStorage = new MemoryStorage(),
): Effect.Effect<EventLog, never, Scope.Scope> {
  return Effect.acquireRelease(
    Effect.sync(() => new MemoryEventLog(storage)),
    (log) => Effect.sync(() => log.close()),
  )
}

class MemoryEventLog implements EventLog {
  readonly #storage: MemoryStorage
  #open = true

  constructor(storage: MemoryStorage) {
    this.#storage = storage
  }

  close(): void {
    this.#open = false
    this.#storage.growth.announce()
  }

  readonly append: EventLog['append'] = (partition, expectedSequence, events) =>
    this.#whileOpen(partition, () => {
      const kept = this.#storage.partitions.get(partition) ?? []
      if (kept.length !== expectedSequence) {
        return Effect.fail(new StaleSequence({ partition, expectedSequence, actualSequence: kept.length }))
      }
      if (events.length === 0) return Effect.succeed(expectedSequence)
      for (const event of events) kept.push({ sequence: kept.length + 1, event })
      this.#storage.partitions.set(partition, kept)
      this.#storage.growth.announce()
      return Effect.succeed(kept.length)
    })

  readonly read: EventLog['read'] = (partition, afterSequence) => readToEnd(this.#source(partition), afterSequence)

  readonly subscribe: EventLog['subscribe'] = (partition, afterSequence) =>
    follow(this.#source(partition), afterSequence, () => this.#storage.growth.next())

  readonly head: EventLog['head'] = (partition) => this.#source(partition).lastSequence

  readonly keepSnapshot: EventLog['keepSnapshot'] = (partition, { sequence, bytes }) =>
    this.#whileOpen(partition, () => {
      const end = this.#end(partition)
      if (sequence > end) return Effect.fail(new LogFailure({ partition, detail: snapshotAhead(sequence, end) }))
      const earlier = this.#snapshots(partition).filter((kept) => kept.sequence !== sequence)
      const kept = [{ sequence, bytes: Uint8Array.from(bytes), checksum: crc32(bytes) }, ...earlier]
      this.#storage.snapshots.set(partition, kept.sort((a, b) => b.sequence - a.sequence).slice(0, SNAPSHOTS_KEPT))
      return Effect.void
    })

  readonly snapshots: EventLog['snapshots'] = (partition) =>
    this.#whileOpen(partition, () => {
      const kept = this.#snapshots(partition).filter(({ sequence }) => sequence <= this.#end(partition))
      this.#storage.snapshots.set(partition, kept)
      return Effect.succeed(kept.filter(({ bytes, checksum }) => crc32(bytes) === checksum))
    })

  get partitions(): EventLog['partitions'] {
    return this.#whileOpen('*', () => Effect.succeed([...this.#storage.partitions.keys()].sort()))
  }

  #source(partition: string): PageSource {
    const kept = () => this.#storage.partitions.get(partition) ?? []
    return {
      pageAfter: (after) => this.#whileOpen(partition, () => Effect.succeed(kept().slice(after, after + PAGE_LENGTH))),
      lastSequence: this.#whileOpen(partition, () => Effect.succeed(this.#end(partition))),
    }
  }

  #end(partition: string): number {
    return this.#storage.partitions.get(partition)?.length ?? 0
  }

  #snapshots(partition: string) {
    return this.#storage.snapshots.get(partition) ?? []
  }

  #whileOpen<A, E>(partition: string, use: () => Effect.Effect<A, E>): Effect.Effect<A, E | LogFailure> {
    return Effect.suspend((): Effect.Effect<A, E | LogFailure> => {
      return this.#open ? use() : Effect.fail(new LogFailure({ partition, detail: 'the log is closed' }))
    })
  }
}
