import { hash } from 'node:crypto'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { Effect, type Scope } from 'effect'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import { type EventLog, LogFailure, StaleSequence } from './event-log.ts'
import { Growth } from './growth.ts'
import { follow, PAGE_LENGTH, type PageSource, readToEnd } from './paging.ts'

/** Marks a file as a Commonwatt event log ("CWel"), so that no other program's database is written to. */
const APPLICATION_ID = 0x4357656c
/** 2: each event with a checksum */
const SCHEMA_VERSION = 2
/** How long an append waits for another process that is writing the same file. */
const BUSY_MS = 2_000
/** How soon a subscriber sees what another process has appended; its own process tells it at once. */
const FOREIGN_GROWTH_MS = 50

/**
 * An event log in one SQLite file: the embedded store. Every append is one transaction, synced to disk before
 * it is answered; every event has a checksum, so that a changed byte is found when it is read. Several may be opened
 * over one file, also by several processes. The file closes with the scope. Fails if the file cannot be opened,
 * belongs to another program or was written by another version.
 */
export function openSqliteEventLog(file: string): Effect.Effect<EventLog, LogFailure, Scope.Scope> {
  return Effect.acquireRelease(
    Effect.try({
      try: () => new SqliteEventLog(openDatabase(file)),
      catch: (cause) => new LogFailure({ partition: file, detail: messageOf(cause) }),
    }),
    (log) => Effect.sync(() => log.close()),
  )
}

class SqliteEventLog implements EventLog {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #last: StatementSync
  readonly #page: StatementSync
  readonly #partitions: StatementSync
  readonly #growth = new Growth()

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#insert = database.prepare('INSERT INTO events (partition, sequence, event, checksum) VALUES (?, ?, ?, ?)')
    this.#last = database.prepare('SELECT coalesce(max(sequence), 0) AS last FROM events WHERE partition = ?')
    this.#page = database.prepare(
      'SELECT sequence, event, checksum FROM events WHERE partition = ? AND sequence > ? ORDER BY sequence LIMIT ?',
    )
    this.#partitions = database.prepare('SELECT DISTINCT partition FROM events ORDER BY partition')
  }

  close(): void {
    this.#database.close()
    this.#growth.announce()
  }

  readonly append: EventLog['append'] = (partition, expectedSequence, events) =>
    Effect.try({
      try: () => this.#appendNow(partition, expectedSequence, events),
      catch: (cause) => (cause instanceof StaleSequence ? cause : failure(partition, cause)),
    })

  readonly read: EventLog['read'] = (partition, afterSequence) => readToEnd(this.#source(partition), afterSequence)

  readonly subscribe: EventLog['subscribe'] = (partition, afterSequence) =>
    follow(this.#source(partition), afterSequence, () => Effect.timeoutOption(this.#growth.next(), FOREIGN_GROWTH_MS))

  readonly head: EventLog['head'] = (partition) => this.#source(partition).lastSequence

  readonly partitions: EventLog['partitions'] = Effect.try({
    try: () => this.#partitions.all().map((row) => String(row.partition)),
    catch: (cause) => failure('*', cause),
  })

  #appendNow(partition: string, expectedSequence: number, events: readonly MarketEvent[]): number {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const actualSequence = this.#lastSequence(partition)
      if (actualSequence !== expectedSequence) {
        throw new StaleSequence({ partition, expectedSequence, actualSequence })
      }
      let sequence = expectedSequence
      for (const event of events) {
        const text = JSON.stringify(event)
        this.#insert.run(partition, ++sequence, text, checksumOf(partition, sequence, text))
      }
      this.#database.exec('COMMIT')
      this.#growth.announce()
      return sequence
    } catch (cause) {
      // SQLite has rolled back by itself after a full disk or an I/O error.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw cause
    }
  }

  #lastSequence(partition: string): number {
    return Number(this.#last.get(partition)?.last)
  }

  #source(partition: string): PageSource {
    return {
      pageAfter: (after) =>
        Effect.try({
          try: () =>
            this.#page
              .all(partition, after, PAGE_LENGTH)
              .map((row, index) => recordOf(partition, after + index + 1, row)),
          catch: (cause) => failure(partition, cause),
        }),
      lastSequence: Effect.try({
        try: () => this.#lastSequence(partition),
        catch: (cause) => failure(partition, cause),
      }),
    }
  }
}

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS })
  try {
    const applicationId = pragma(database, 'application_id')
    const version = pragma(database, 'user_version')
    const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables
    if (applicationId !== APPLICATION_ID && tables !== 0) {
      throw new Error(`${file} is a database of another program, not an event log`)
    }
    if (version !== 0 && version !== SCHEMA_VERSION) {
      const age = version > SCHEMA_VERSION ? 'a newer' : 'an older'
      throw new Error(`${file} was written by ${age} version (schema ${version}; this version knows ${SCHEMA_VERSION})`)
    }
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    if (version === 0) create(database)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

function create(database: DatabaseSync): void {
  // "IF NOT EXISTS": another process may have opened the same new file a moment earlier.
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS events (
      partition TEXT NOT NULL,
      sequence INTEGER NOT NULL CHECK (sequence > 0),
      event TEXT NOT NULL,
      checksum TEXT NOT NULL,
      PRIMARY KEY (partition, sequence)
    ) STRICT, WITHOUT ROWID;
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `)
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

/** SHA-256 of the event and its place. */
function checksumOf(partition: string, sequence: number, text: string): string {
  return hash('sha256', `${partition}/${sequence}/${text}`)
}

function recordOf(partition: string, expected: number, row: Record<string, SQLOutputValue>): LoggedEvent {
  const sequence = Number(row.sequence)
  if (sequence !== expected) throw new Error(`event ${expected} is missing: the next one is ${sequence}`)
  const text = String(row.event)
  if (checksumOf(partition, sequence, text) !== row.checksum)
    throw new Error(`event ${sequence} is torn: it does not fit its checksum`)
  return { sequence, event: JSON.parse(text) as MarketEvent }
}

function failure(partition: string, cause: unknown): LogFailure {
  return new LogFailure({ partition, detail: messageOf(cause) })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
