import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { HeadWitness } from './head-witness.ts'
import { checksumOf, type LogBatch, lastSequenceOf } from './log-batch.ts'
import { batchesOfRows, type EventRow } from './schema-2.ts'
import { partChecksum, type SnapshotPart } from './snapshot-parts.ts'
import { recordWord, tornDetail } from './torn-batch.ts'

/** Marks a file as a Commonwatt event log ("CWel"), so that no other program's database is written to. */
const APPLICATION_ID = 0x4357656c
/** 2: each event with a checksum; 3: one row a batch, and snapshots */
const SCHEMA_VERSION = 3
/** the one before, which is brought up: a row an event */
const OLDER_VERSION = 2
const TABLES = `
  CREATE TABLE batches (
    partition TEXT NOT NULL,
    first_sequence INTEGER NOT NULL CHECK (first_sequence > 0),
    count INTEGER NOT NULL CHECK (count > 0),
    encoding TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (partition, first_sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE snapshots (
    partition TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (partition, sequence, part)
  ) STRICT, WITHOUT ROWID`
const INSERT_BATCH =
  'INSERT INTO batches (partition, first_sequence, count, encoding, checksum, bytes) VALUES (?, ?, ?, ?, ?, ?)'
/** How long a transaction waits for another process that is writing the same file. */
const BUSY_MS = 2_000
/**
 * Pages of the write-ahead log after which it is copied into the file. Small, so that the copy takes no longer than a
 * sync does, and the write-ahead log is always overwritten: one that grows takes twice as long to sync.
 */
const CHECKPOINT_PAGES = 256

/** The bytes of an append, before it has its place. */
export type NewBatch = Pick<LogBatch, 'count' | 'encoding' | 'bytes'>

/** The partition is elsewhere than whoever appends to it believes. */
export class StaleAppend extends Error {
  readonly actualSequence: number

  constructor(actualSequence: number) {
    super(`the log is at ${actualSequence}`)
    this.actualSequence = actualSequence
  }
}

export interface BatchFileOptions {
  /** how large the file may become; an append beyond that fails as on a full disk */
  readonly maxBytes?: number
  /** `read-only`: the file has to be there, and nothing of it is changed, also where another process writes it */
  readonly access?: 'read-only'
}

/**
 * Batches in one SQLite file, each row with a checksum of its bytes and its place. Plain and synchronous, so that a
 * worker thread can own it. Everything throws Error with words for people: a file of another program or a newer
 * version, a torn or missing batch by its sequences, a full disk.
 */
export class BatchFile {
  readonly #database: DatabaseSync
  readonly #witness: HeadWitness
  readonly #insert: StatementSync
  readonly #last: StatementSync
  readonly #insertPart: StatementSync
  readonly #part: StatementSync
  readonly #dropSnapshot: StatementSync
  #appended: { readonly partition: string; readonly sequence: number } | null = null

  constructor(file: string, options: BatchFileOptions = {}) {
    this.#witness = new HeadWitness(`${file}-head`)
    const head = this.#witness.read() // before the file, to which another process may be appending
    this.#database = openDatabase(file, options)
    this.#insert = this.#database.prepare(INSERT_BATCH)
    this.#last = this.#database.prepare(
      'SELECT first_sequence, count FROM batches WHERE partition = ? AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1',
    )
    this.#insertPart = this.#database.prepare(
      'INSERT INTO snapshots (partition, sequence, part, parts, checksum, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#part = this.#database.prepare(
      'SELECT parts, checksum, bytes FROM snapshots WHERE partition = ? AND sequence = ? AND part = ?',
    )
    this.#dropSnapshot = this.#database.prepare('DELETE FROM snapshots WHERE partition = ? AND sequence = ?')
    if (head === null) return
    const found = this.head(head.partition)
    if (found >= head.sequence) return
    this.close()
    const gone = found + 1 === head.sequence ? `${head.sequence} was` : `${found + 1} to ${head.sequence} were`
    throw new Error(
      `the log of ${head.partition} ends at ${found}, but ${gone} acknowledged: the file or its -wal is damaged, or an ` +
        'older one. Restore a backup; or delete the -head file beside it, which knows, to go on without them',
    )
  }

  close(): void {
    this.#database.close()
    this.#witness.close()
  }

  /** Runs `work` as one transaction: all of it is on disk when this returns, or nothing if anything throws. */
  transaction<A>(work: () => A): A {
    this.#witness.open()
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      this.#appended = null
      const result = work()
      this.#database.exec('COMMIT')
      if (this.#appended !== null) this.#witness.write(this.#appended)
      return result
    } catch (cause) {
      // SQLite has rolled back by itself after a full disk or an I/O error.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw cause
    }
  }

  /** In a transaction: appends to a partition whose last sequence is known; gives the new one. Throws StaleAppend. */
  append(partition: string, expectedSequence: number, batches: readonly NewBatch[]): number {
    const actualSequence = this.head(partition)
    if (actualSequence !== expectedSequence) throw new StaleAppend(actualSequence)
    let sequence = expectedSequence
    for (const { count, encoding, bytes } of batches) {
      put(this.#insert, { partition, firstSequence: sequence + 1, count, encoding, bytes })
      sequence += count
    }
    if (sequence > expectedSequence) this.#appended = { partition, sequence }
    return sequence
  }

  /** A partition's last sequence, 0 where nothing was ever appended. */
  head(partition: string): number {
    const last = this.#last.get(partition, Number.MAX_SAFE_INTEGER)
    return last === undefined ? 0 : endOf(last)
  }

  partitions(): readonly string[] {
    const partitions = this.#database.prepare(`
      WITH RECURSIVE known (name) AS (
        SELECT min(partition) FROM batches
        UNION ALL
        SELECT (SELECT min(partition) FROM batches WHERE partition > name) FROM known WHERE name IS NOT NULL
      ) SELECT name FROM known WHERE name IS NOT NULL`)
    return partitions.all().map(({ name }) => String(name))
  }

  /** The batches from the one that holds the next sequence on. Throws at the first that is missing or torn. */
  *batchesAfter(partition: string, afterSequence: number): Generator<LogBatch> {
    const wanted = afterSequence + 1
    const holding = this.#last.get(partition, wanted)
    const rows = this.#database.prepare(
      `SELECT first_sequence, count, encoding, checksum, bytes FROM batches
       WHERE partition = ? AND first_sequence >= ? ORDER BY first_sequence`,
    )
    let next = holding !== undefined && endOf(holding) >= wanted ? Number(holding.first_sequence) : wanted
    for (const row of rows.iterate(partition, next)) {
      const batch = batchOf(partition, row)
      const { firstSequence } = batch
      if (firstSequence !== next) {
        throw new Error(`${recordWord(batch)} ${next} is missing: the next one is ${firstSequence}`)
      }
      if (checksumOf(batch) !== row.checksum) throw new Error(tornDetail(batch))
      yield batch
      next = lastSequenceOf(batch) + 1
    }
  }

  /** In a transaction: drops the oldest batches that end at or before a sequence; how many, at most `rows`. */
  dropBatches(partition: string, upToSequence: number, rows: number): number {
    const dropped = this.#database.prepare(`
      DELETE FROM batches WHERE partition = ?1 AND first_sequence IN (
        SELECT first_sequence FROM batches WHERE partition = ?1 AND first_sequence <= ?2 AND first_sequence + count - 1 <= ?2
        ORDER BY first_sequence LIMIT ?3)`)
    return Number(dropped.run(partition, upToSequence, rows).changes)
  }

  /** In a transaction: keeps one part of a snapshot. It counts once all its parts, from 0, are there. */
  putSnapshotPart(part: SnapshotPart): void {
    const { partition, sequence, part: number, parts, bytes } = part
    if (number === 0) this.dropSnapshot(partition, sequence)
    this.#insertPart.run(partition, sequence, number, parts, partChecksum(part), bytes)
  }

  /** In a transaction: drops all parts of one snapshot. */
  dropSnapshot(partition: string, sequence: number): void {
    this.#dropSnapshot.run(partition, sequence)
  }

  /** The complete snapshots of a partition, newest first. */
  snapshots(partition: string): readonly { readonly sequence: number; readonly parts: number }[] {
    const complete = this.#database.prepare(`
      SELECT sequence, parts FROM snapshots WHERE partition = ?
      GROUP BY sequence HAVING count(*) = parts ORDER BY sequence DESC`)
    return complete.all(partition).map(({ sequence, parts }) => ({ sequence: Number(sequence), parts: Number(parts) }))
  }

  /** The bytes of a part of a kept snapshot; null if it is torn. */
  snapshotPart(of: Pick<SnapshotPart, 'partition' | 'sequence' | 'part'>): Uint8Array | null {
    const { partition, sequence, part } = of
    const row = this.#part.get(partition, sequence, part)
    if (row === undefined) return null
    const bytes = row.bytes as Uint8Array
    return partChecksum({ ...of, parts: Number(row.parts), bytes }) === row.checksum ? bytes : null
  }

  /** In a transaction: drops parts of snapshots before a sequence; how many, at most `rows`. */
  dropSnapshotParts(partition: string, beforeSequence: number, rows: number): number {
    const dropped = this.#database.prepare(`
      DELETE FROM snapshots WHERE partition = ?1 AND (sequence, part) IN (
        SELECT sequence, part FROM snapshots WHERE partition = ?1 AND sequence < ?2 LIMIT ?3)`)
    return Number(dropped.run(partition, beforeSequence, rows).changes)
  }
}

function put(insert: StatementSync, batch: LogBatch): void {
  const { partition, firstSequence, count, encoding, bytes } = batch
  insert.run(partition, firstSequence, count, encoding, checksumOf(batch), bytes)
}

function openDatabase(file: string, { maxBytes, access }: BatchFileOptions): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS, readOnly: access === 'read-only' })
  try {
    const applicationId = pragma(database, 'application_id')
    const version = pragma(database, 'user_version')
    const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables
    if (applicationId !== APPLICATION_ID && tables !== 0) {
      throw new Error(`${file} is a database of another program, not an event log`)
    }
    if (![0, OLDER_VERSION, SCHEMA_VERSION].includes(version)) {
      const age = version > SCHEMA_VERSION ? 'a newer' : 'an older'
      throw new Error(`${file} was written by ${age} version (schema ${version}; this version knows ${SCHEMA_VERSION})`)
    }
    if (access === 'read-only') {
      if (version === SCHEMA_VERSION) return database
      throw new Error(`${file} is of schema ${version}: start it once to bring it to ${SCHEMA_VERSION}`)
    }
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    `)
    if (maxBytes !== undefined) {
      database.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / pragma(database, 'page_size'))}`)
    }
    if (version !== SCHEMA_VERSION) bringUp(database)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Makes the tables of a new file, or those of an older one over: the same events, byte for byte, or an error. */
function bringUp(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    const version = pragma(database, 'user_version') // another process may have been here a moment earlier
    if (version !== SCHEMA_VERSION) database.exec(TABLES)
    if (version === OLDER_VERSION) {
      const rows = database.prepare(
        'SELECT partition, sequence, event, checksum FROM events ORDER BY partition, sequence',
      )
      const insert = database.prepare(INSERT_BATCH)
      for (const batch of batchesOfRows(rows.iterate() as Iterable<unknown> as Iterable<EventRow>)) put(insert, batch)
      database.exec('DROP TABLE events')
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw cause
  }
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version' | 'page_size'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

function batchOf(partition: string, row: Record<string, SQLOutputValue>): LogBatch {
  return {
    partition,
    firstSequence: row.first_sequence as number,
    count: row.count as number,
    encoding: row.encoding as LogBatch['encoding'],
    bytes: row.bytes as Uint8Array,
  }
}

function endOf(row: Record<string, SQLOutputValue>): number {
  return (row.first_sequence as number) + (row.count as number) - 1
}
