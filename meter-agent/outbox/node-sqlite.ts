import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Effect, type Scope } from 'effect'
import { canonicalJson } from '#protocol/canonical-json.ts'
import type { Reading } from '#protocol/reading.ts'
import type { Statement } from '#protocol/statement.ts'
import { emptyRecorder, type RecorderState } from '../reading/recorder.ts'
import { type Outbox, OutboxFailure } from './outbox.ts'

const SCHEMA_VERSION = 1
const SCHEMA = `
  CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE reading (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE statement (slot INTEGER PRIMARY KEY, body TEXT NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE INDEX statement_pending ON statement (slot) WHERE acknowledged = 0;
`
/** Nonces are reserved on disk in blocks, so that one write pays for many; a restart skips the rest of a block. */
const NONCE_BLOCK = 256
/** Acknowledged statements are kept so long, for the forecast. */
const KEPT_STATEMENTS = 2_000
/** METERING: readings are synced at least so often. */
const SYNC_EVERY_MS = 10_000

/**
 * Opens (or makes) the outbox in an SQLite file, write-ahead logged and held by this process alone. `maxReadings`
 * bounds what waits: above it, every second one of the older half is dropped; statements never are.
 */
export const openSqliteOutbox = (options: {
  readonly file: string
  readonly maxReadings?: number
}): Effect.Effect<Outbox, OutboxFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { file } = options
    const attempt = <A>(step: () => A): Effect.Effect<A, OutboxFailure> =>
      Effect.try({ try: step, catch: (cause) => new OutboxFailure({ file, detail: String(cause) }) })
    const database = yield* Effect.acquireRelease(
      attempt(() => openDatabase(file)),
      (opened) => Effect.sync(() => opened.close()),
    )
    return yield* attempt(() => outboxOf(database, attempt, options.maxReadings ?? 20_000))
  })

/** The time of the last reading that went into an outbox which nobody has open, Unix ms; 0 before the first. */
export const lastReadingTimeMs = (file: string): Effect.Effect<number, OutboxFailure> =>
  Effect.try({
    try: () => {
      const database = openDatabase(file)
      try {
        return recorderIn(database).last?.reading.timeMs ?? 0
      } finally {
        database.close()
      }
    },
    catch: (cause) => new OutboxFailure({ file, detail: String(cause) }),
  })

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 2_000 })
  try {
    // One owner: two agents on one file would use sequences and nonces twice.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    if (version > SCHEMA_VERSION) throw new Error(`written by a newer version (${version} > ${SCHEMA_VERSION})`)
    if (version === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

const READ_NOTE = 'SELECT text FROM note WHERE name = ?'

function recorderIn(database: DatabaseSync): RecorderState {
  const text = database.prepare(READ_NOTE).get('recorder')?.text
  return typeof text === 'string' ? (JSON.parse(text) as RecorderState) : emptyRecorder
}

function outboxOf(
  database: DatabaseSync,
  attempt: <A>(step: () => A) => Effect.Effect<A, OutboxFailure>,
  maxReadings: number,
): Outbox {
  const writeNote = database.prepare('INSERT INTO note VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text')
  const readNote = database.prepare(READ_NOTE)
  const insertReading = database.prepare('INSERT INTO reading VALUES (?, ?)')
  const insertStatement = database.prepare('INSERT INTO statement (slot, body) VALUES (?, ?)')
  const countReadings = database.prepare('SELECT count(*) AS n FROM reading')
  const thinReadings = database.prepare(`
    DELETE FROM reading WHERE sequence IN (
      SELECT sequence FROM (
        SELECT sequence, row_number() OVER (ORDER BY sequence) AS place FROM reading ORDER BY sequence LIMIT ?
      ) WHERE place % 2 = 0)`)
  const forgetStatements = database.prepare('DELETE FROM statement WHERE acknowledged = 1 AND slot < ?')
  const oldestReadings = database.prepare('SELECT body FROM reading ORDER BY sequence LIMIT ?')
  const oldestStatements = database.prepare('SELECT body FROM statement WHERE acknowledged = 0 ORDER BY slot LIMIT ?')
  const laterStatements = database.prepare('SELECT body FROM statement WHERE slot >= ? ORDER BY slot')
  const deleteReading = database.prepare('DELETE FROM reading WHERE sequence = ?')
  const settleStatement = database.prepare('UPDATE statement SET acknowledged = 1 WHERE slot = ?')

  const noted = (name: string): string | null => {
    const text = readNote.get(name)?.text
    return typeof text === 'string' ? text : null
  }
  const bodies = <Body>(rows: readonly Record<string, unknown>[]): readonly Body[] =>
    rows.map((row) => JSON.parse(String(row.body)) as Body)
  const transaction = (level: 'NORMAL' | 'FULL', write: () => void): void => {
    database.exec(`PRAGMA synchronous = ${level}; BEGIN IMMEDIATE`)
    try {
      write()
      database.exec('COMMIT')
    } catch (cause) {
      database.exec('ROLLBACK')
      throw cause
    }
    if (level === 'FULL') {
      unsynced = false
      syncedAtMs = performance.now()
    } else unsynced = true
  }
  let unsynced = false
  let syncedAtMs = performance.now()
  let waiting = Number(countReadings.get()?.n)

  const bootId = Number(noted('bootId') ?? 0) + 1
  transaction('FULL', () => void writeNote.run('bootId', String(bootId)))
  let nextNonce = Number(noted('nonces') ?? 1)
  let reservedNonce = nextNonce

  const eachInOne = (statement: { run: (value: SQLInputValue) => unknown }, values: readonly number[]) =>
    attempt(() => {
      if (values.length > 0) transaction('NORMAL', () => values.forEach((value) => void statement.run(value)))
    })

  return {
    bootId,
    recorder: attempt(() => recorderIn(database)),
    record: ({ state, reading, statements }) =>
      attempt(() => {
        const due = statements.length > 0 || performance.now() - syncedAtMs >= SYNC_EVERY_MS
        transaction(due ? 'FULL' : 'NORMAL', () => {
          if (waiting >= maxReadings) thinReadings.run(Math.floor(maxReadings / 2))
          insertReading.run(reading.sequence, canonicalJson({ ...reading }))
          for (const statement of statements) insertStatement.run(statement.slot, canonicalJson({ ...statement }))
          const last = statements.at(-1)
          if (last !== undefined) forgetStatements.run(last.slot - KEPT_STATEMENTS)
          writeNote.run('recorder', JSON.stringify(state))
        })
        waiting = waiting >= maxReadings ? Number(countReadings.get()?.n) : waiting + 1
      }),
    sync: attempt(() => {
      if (unsynced) transaction('FULL', () => void writeNote.run('synced', String(bootId)))
    }),
    pendingReadings: (most) => attempt(() => bodies<Reading>(oldestReadings.all(most))),
    acknowledgeReadings: (sequences) =>
      Effect.tap(eachInOne(deleteReading, sequences), () =>
        attempt(() => {
          waiting = Number(countReadings.get()?.n)
        }),
      ),
    pendingStatements: (most) => attempt(() => bodies<Statement>(oldestStatements.all(most))),
    acknowledgeStatements: (slots) => eachInOne(settleStatement, slots),
    statementsFrom: (slot) => attempt(() => bodies<Statement>(laterStatements.all(slot))),
    takeNonce: attempt(() => {
      if (nextNonce >= reservedNonce) {
        transaction('FULL', () => void writeNote.run('nonces', String(nextNonce + NONCE_BLOCK)))
        reservedNonce = nextNonce + NONCE_BLOCK
      }
      return nextNonce++
    }),
    recall: (note) => attempt(() => noted(`note:${note}`)),
    remember: (note, text) => attempt(() => transaction('FULL', () => void writeNote.run(`note:${note}`, text))),
  }
}
