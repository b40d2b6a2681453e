import { Effect, type Scope } from 'effect'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { type EventLog, LogFailure, StaleSequence } from './event-log.ts'
import { Growth } from './growth.ts'
import { follow, PAGE_LENGTH, type PageSource, readToEnd } from './paging.ts'

/** Where memory logs keep their events: what a file is to the SQLite store. Lives as long as it is held. */
export class MemoryStorage {
  readonly partitions = new Map<string, LoggedEvent[]>()
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

  get partitions(): EventLog['partitions'] {
    return this.#whileOpen('*', () => Effect.succeed([...this.#storage.partitions.keys()].sort()))
  }

  #source(partition: string): PageSource {
    const kept = () => this.#storage.partitions.get(partition) ?? []
    return {
      pageAfter: (after) => this.#whileOpen(partition, () => Effect.succeed(kept().slice(after, after + PAGE_LENGTH))),
      lastSequence: this.#whileOpen(partition, () => Effect.succeed(kept().length)),
    }
  }

  #whileOpen<A, E>(partition: string, use: () => Effect.Effect<A, E>): Effect.Effect<A, E | LogFailure> {
    return Effect.suspend((): Effect.Effect<A, E | LogFailure> => {
      return this.#open ? use() : Effect.fail(new LogFailure({ partition, detail: 'the log is closed' }))
    })
  }
}
