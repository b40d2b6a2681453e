import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Effect, type Scope } from 'effect'
import { canonicalJson } from '#protocol/canonical-json.ts'
import type { Reading } from '#protocol/reading.ts'
import type { Session } from '#protocol/session.ts'
import type { Statement } from '#protocol/statement.ts'
import { causeWords } from '../cause-words.ts'
import { emptyRecorder, type RecorderState } from '../reading/recorder.ts'
import { CHECKPOINT_PAGES, type Reserve, reserveBeside, withRoom } from './full-disk.ts'
import { type Outbox, OutboxFailure, type PendingReading } from './outbox.ts'
import { migrations, SCHEMA_VERSION } from './schema.ts'

/** Nonces are reserved on disk in blocks, so that one write pays for many; a restart skips the rest of a block. */
const NONCE_BLOCK = 256
/** Acknowledged statements are kept so long: for the forecast, and longer than the readings that they rest on. */
const KEPT_STATEMENTS = 3_000
/**
 * Readings are kept so long with what they were read from, in time of the agent's clock, so that the log can be verified:
 * who doubts a settlement asks by then.
 */
const KEPT_READINGS_MS = 7 * 24 * 60 * 60_000
/** And at most so many, whatever the pace: some 140 MB. */
const KEPT_READINGS = 100_000
/** Old ones are deleted with every fourth reading, more than that, so that a shorter time than before catches up. */
const FORGOTTEN_EVERY = 4
const FORGOTTEN_AT_ONCE = 32
/** SQLite's own bound. */
const MOST_PAGES = 4_294_967_294
/** METERING: readings are synced at least so often. */
const SYNC_EVERY_MS = 10_000

/**
 * Opens (or makes) the outbox in an SQLite file, write-ahead logged and held by this process alone. `maxReadings`
 * bounds what waits: above it, every second one of the older half is not sent any more; statements always are. On a full
 * disk the older readings make room for the new ones, and for every statement.
 */
export const openSqliteOutbox = (options: {
  readonly file: string
  readonly maxReadings?: number
}): Effect.Effect<Outbox, OutboxFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { file } = options
    const attempt = <A>(step: () => A): Effect.Effect<A, OutboxFailure> =>
      Effect.try({ try: step, catch: (cause) => new OutboxFailure({ file, detail: causeWords(cause) }) })
    const { database } = yield* Effect.acquireRelease(
      attempt(() => openOwned(file)),
      (opened) => Effect.sync(() => opened.close()),
    )
    const reserve = reserveBeside(file)
    return yield* attempt(() => outboxOf({ database, reserve }, attempt, options.maxReadings ?? 20_000))
  })

/** The time of the last reading that went into an outbox which nobody has open, Unix ms; 0 before the first. */
export const lastReadingTimeMs = (file: string): Effect.Effect<number, OutboxFailure> =>
  Effect.try({
    try: () => {
      const { database, close } = openOwned(file)
      try {
        return recorderIn(database).last?.reading.timeMs ?? 0
      } finally {
        close()
      }
    },
    catch: (cause) => new OutboxFailure({ file, detail: causeWords(cause) }),
  })

/**
 * Opens a file that nobody else writes: two agents on one would use sequences and nonces twice. The lock is on a file
 * beside it, so that others may read it meanwhile.
 */
function openOwned(file: string): { readonly database: DatabaseSync; readonly close: () => void } {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 2_000 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    const database = openDatabase(file)
    const close = () => {
      database.close()
      lock.close()
    }
    return { database, close }
  } catch (cause) {
    lock.close()
    throw cause
  }
}

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 2_000 })
  try {
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    )
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    if (version !== 0 && (version < 2 || version > SCHEMA_VERSION)) {
      throw new Error(`written by another version (schema ${version}; this version knows ${SCHEMA_VERSION})`)
    }
    const missing = Object.entries(migrations).filter(([made]) => Number(made) > version)
    if (missing.length > 0) {
      const steps = missing.map(([, sql]) => sql).join('')
      database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    }
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Opens a file that somebody else may be writing, to be read only. Fails (OutboxFailure) where there is none. */
export const openToRead = (file: string): Effect.Effect<DatabaseSync, OutboxFailure, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => new DatabaseSync(file, { readOnly: true, timeout: 2_000 }),
      catch: (cause) => new OutboxFailure({ file, detail: causeWords(cause) }),
    }),
    (database) => Effect.sync(() => database.close()),
  )

export const READ_NOTE = 'SELECT text FROM note WHERE name = ?'

export function recorderIn(database: DatabaseSync): RecorderState {
  const text = database.prepare(READ_NOTE).get('recorder')?.text
  return typeof text === 'string' ? (JSON.parse(text) as RecorderState) : emptyRecorder
}

function outboxOf(
  { database, reserve }: { readonly database: DatabaseSync; readonly reserve: Reserve },
  attempt: <A>(step: () => A) => Effect.Effect<A, OutboxFailure>,
  maxReadings: number,
): Outbox {
  const writeNote = database.prepare('INSERT INTO note VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text')
  const readNote = database.prepare(READ_NOTE)
  const insertReading = database.prepare(
    'INSERT INTO reading (sequence, body, time_ms, session, signature, registers) VALUES (?, ?, ?, ?, ?, ?)',
  )
  // From the oldest on and without a hole: what is left is a chain that can be verified.
  const forgetReadings = database.prepare(`
    DELETE FROM reading
    WHERE sequence IN (SELECT sequence FROM reading ORDER BY sequence LIMIT ${FORGOTTEN_AT_ONCE})
      AND (sequence <= :newest - ${KEPT_READINGS} OR (time_ms < :beforeMs
        AND sequence < coalesce((SELECT min(sequence) FROM reading WHERE pending = 1), :newest)))`)
  const insertStatement = database.prepare('INSERT INTO statement (slot, body) VALUES (?, ?)')
  const countReadings = database.prepare('SELECT count(*) AS n FROM reading WHERE pending = 1')
  const thinReadings = database.prepare(`
    UPDATE reading SET pending = 0 WHERE sequence IN (
      SELECT sequence FROM (
        SELECT sequence, row_number() OVER (ORDER BY sequence) AS place
        FROM reading WHERE pending = 1 ORDER BY sequence LIMIT ?
      ) WHERE place % 2 = 0)`)
  const forgetStatements = database.prepare('DELETE FROM statement WHERE acknowledged = 1 AND slot < ?')
  const oldestReadings = database.prepare(
    'SELECT body, session, signature FROM reading WHERE pending = 1 ORDER BY sequence LIMIT ?',
  )
  const oldestStatements = database.prepare('SELECT body FROM statement WHERE acknowledged = 0 ORDER BY slot LIMIT ?')
  const laterStatements = database.prepare('SELECT body FROM statement WHERE slot >= ? ORDER BY slot')
  const settleReading = database.prepare('UPDATE reading SET pending = 0 WHERE sequence = ?')
  const insertSession = database.prepare('INSERT INTO session (sequence, body) VALUES (?, ?)')
  const forgetSessions = database.prepare('DELETE FROM session WHERE sequence < (SELECT min(session) FROM reading)')
  const findSession = database.prepare('SELECT body, acknowledged FROM session WHERE sequence = ?')
  const lastSession = database.prepare('SELECT body FROM session ORDER BY sequence DESC LIMIT 1')
  const settleSession = database.prepare(
    'UPDATE session SET acknowledged = ?, envelope = coalesce(?, envelope) WHERE sequence = ?',
  )
  const settleStatement = database.prepare('UPDATE statement SET acknowledged = 1, envelope = ? WHERE slot = ?')

  const noted = (name: string): string | null => {
    const text = readNote.get(name)?.text
    return typeof text === 'string' ? text : null
  }
  const bodies = <Body>(rows: readonly Record<string, unknown>[]): readonly Body[] =>
    rows.map((row) => JSON.parse(String(row.body)) as Body)
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  let synchronous: 'NORMAL' | 'FULL' = 'FULL'
  const once = (level: 'NORMAL' | 'FULL', write: () => void): void => {
    if (level !== synchronous) database.exec(`PRAGMA synchronous = ${level}`)
    synchronous = level
    begin.run()
    try {
      write()
      commit.run()
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK') // a full disk may have rolled back already
      throw cause
    }
    if (level === 'FULL') {
      unsynced = false
      syncedAtMs = performance.now()
    } else unsynced = true
  }
  let isBounded = false
  const settle = (): void => {
    reserve.give()
    try {
      database.exec('PRAGMA wal_checkpoint(RESTART)')
    } catch {
      // no room for all of it: what is left stays in the write-ahead log
    }
    database.exec(`PRAGMA max_page_count = ${Number(database.prepare('PRAGMA page_count').get()?.page_count)}`)
    isBounded = true
  }
  /** Takes the reserve where there is room for it, and lets the database grow only then. */
  const recover = (): void => {
    const hasReserve = reserve.take()
    if (!hasReserve && !isBounded) settle()
    if (!hasReserve || !isBounded) return
    database.exec(`PRAGMA max_page_count = ${MOST_PAGES}`)
    isBounded = false
  }
  /** Deletes the older half of the readings; how many there were. */
  const thin = (): number => {
    const kept = Number(database.prepare('SELECT count(*) AS n FROM reading').get()?.n)
    once('NORMAL', () =>
      database.exec(`
        DELETE FROM reading WHERE sequence IN (
          SELECT sequence FROM reading ORDER BY sequence LIMIT (SELECT count(*) / 2 FROM reading))`),
    )
    waiting = Number(countReadings.get()?.n)
    return Math.floor(kept / 2)
  }
  const transaction = (level: 'NORMAL' | 'FULL', write: () => void): void =>
    withRoom(() => once(level, write), { settle, thin })
  let unsynced = false
  let syncedAtMs = performance.now()
  let waiting = Number(countReadings.get()?.n)

  const bootId = Number(noted('bootId') ?? 0) + 1
  transaction('FULL', () => void writeNote.run('bootId', String(bootId)))
  recover()
  let nextNonce = Number(noted('nonces') ?? 1)
  let reservedNonce = nextNonce

  const eachInOne = (statement: StatementSync, rows: readonly (readonly SQLInputValue[])[]) =>
    attempt(() => {
      if (rows.length > 0) transaction('NORMAL', () => rows.forEach((row) => void statement.run(...row)))
    })

  return {
    bootId,
    recorder: attempt(() => recorderIn(database)),
    record: ({ state, reading, signed, registers, statements }) =>
      attempt(() => {
        const due = statements.length > 0 || performance.now() - syncedAtMs >= SYNC_EVERY_MS
        transaction(due ? 'FULL' : 'NORMAL', () => {
          if (waiting >= maxReadings) thinReadings.run(Math.floor(maxReadings / 2))
          const { session = null, signature = null } = signed ?? {}
          const { sequence, timeMs } = reading
          insertReading.run(sequence, canonicalJson({ ...reading }), timeMs, session, signature, registers)
          if (sequence % FORGOTTEN_EVERY === 0) {
            forgetReadings.run({ newest: sequence, beforeMs: timeMs - KEPT_READINGS_MS })
          }
          for (const statement of statements) insertStatement.run(statement.slot, canonicalJson({ ...statement }))
          const last = statements.at(-1)
          if (last !== undefined) forgetStatements.run(last.slot - KEPT_STATEMENTS)
          writeNote.run('recorder', JSON.stringify(state))
        })
        waiting = waiting >= maxReadings ? Number(countReadings.get()?.n) : waiting + 1
        if (statements.length > 0) recover()
      }),
    sync: attempt(() => {
      if (unsynced) transaction('FULL', () => void writeNote.run('synced', String(bootId)))
    }),
    pendingReadings: (most) => attempt(() => oldestReadings.all(most).map(pendingReading)),
    acknowledgeReadings: (sequences) =>
      Effect.tap(
        eachInOne(
          settleReading,
          sequences.map((sequence) => [sequence]),
        ),
        () =>
          attempt(() => {
            waiting = Number(countReadings.get()?.n)
          }),
      ),
    pendingStatements: (most) => attempt(() => bodies<Statement>(oldestStatements.all(most))),
    acknowledgeStatements: (letters) =>
      eachInOne(
        settleStatement,
        letters.map((letter) => [canonicalJson({ ...letter }), letter.body.slot]),
      ),
    keepSession: (session) =>
      attempt(() =>
        transaction('FULL', () => {
          forgetSessions.run()
          insertSession.run(session.sequence, canonicalJson({ ...session }))
        }),
      ),
    session: (sequence) =>
      attempt(() => {
        const row = findSession.get(sequence)
        return row === undefined ? null : { ...keptSession(row), isAcknowledged: row.acknowledged === 1 }
      }),
    lastSession: attempt(() => {
      const row = lastSession.get()
      return row === undefined ? null : keptSession(row).session
    }),
    acknowledgeSession: (letter) => eachInOne(settleSession, [[1, canonicalJson({ ...letter }), letter.body.sequence]]),
    forgetSession: (sequence) => eachInOne(settleSession, [[0, null, sequence]]),
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

function pendingReading({ body, session, signature }: Record<string, unknown>): PendingReading {
  const reading = JSON.parse(String(body)) as Reading
  const isSigned = typeof session === 'number' && typeof signature === 'string'
  return { reading, signed: isSigned ? { session, signature: signature as `0x${string}` } : null }
}

const keptSession = ({ body }: Record<string, unknown>) => ({ session: JSON.parse(String(body)) as Session })

/** Keeps a file to this process until the scope closes; fails at once if another one has it. Freed by a crash, too. */
export const holdFile = (file: string): Effect.Effect<void, OutboxFailure, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.try({
        try: () => {
          const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 })
          try {
            lock.exec('BEGIN EXCLUSIVE')
            return lock
          } catch (cause) {
            lock.close()
            throw cause
          }
        },
        catch: (cause) => new OutboxFailure({ file, detail: causeWords(cause) }),
      }),
      (lock) => Effect.sync(() => lock.close()),
    ),
  )
