import { hash } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Effect, Fiber, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { MemoryStorage, openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { openSqliteEventLog } from '#matching-engine/event-log/sqlite-event-log.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { eventLogConformance } from './event-log-conformance.ts'
import { changeEvent, changeSnapshot } from './log-rows.ts'

async function withFile<A>(use: (file: string) => Promise<A>): Promise<A> {
  const directory = mkdtempSync(join(tmpdir(), 'commonwatt-log-'))
  try {
    return await use(join(directory, 'log.sqlite'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

eventLogConformance('memory', (use) => {
  const storage = new MemoryStorage()
  return use({
    open: openMemoryEventLog(storage),
    changeSnapshot: (partition, sequence) => {
      const bytes = storage.snapshots.get(partition)?.find((kept) => kept.sequence === sequence)?.bytes
      bytes?.set([(bytes.at(-1) ?? 0) ^ 1], bytes.length - 1)
    },
    loseEvents: (partition, after) => storage.partitions.get(partition)?.splice(after),
  })
})

eventLogConformance('node:sqlite', (use) =>
  withFile((file) =>
    use({
      open: openSqliteEventLog(file),
      changeSnapshot: (partition, sequence) => changeSnapshot(file, partition, sequence),
      loseEvents: (partition, after) => {
        edit(file, `DELETE FROM batches WHERE partition = '${partition}' AND first_sequence > ${after}`)
        rmSync(`${file}-head`)
      },
    }),
  ),
)

const event = (slot: number): MarketEvent => ({ type: 'SlotPhaseChanged', timeMs: 1, slot, phase: 'continuous' })
const opening = (file: string) => Effect.runPromise(Effect.flip(Effect.scoped(openSqliteEventLog(file))))

function edit(file: string, sql: string): void {
  using database = new DatabaseSync(file)
  database.exec(sql)
}

/** Three batches: events 1 to 3, event 4, events 5 and 6. */
const written = (file: string) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteEventLog(file)
        yield* log.append('p', 0, [event(1), event(2), event(3)])
        yield* log.append('p', 3, [event(4)])
        yield* log.append('p', 4, [event(5), event(6)])
      }),
    ),
  )

const reading = (file: string, after = 0) =>
  Effect.scoped(Effect.flatMap(openSqliteEventLog(file), (log) => Stream.runCollect(log.read('p', after))))
const readAll = (file: string) => Effect.runPromise(reading(file))
const refusal = async (file: string, after = 0) => (await Effect.runPromise(Effect.flip(reading(file, after)))).message

describe('the SQLite file', () => {
  it('is only read by whoever opens it so, also while another one writes it', () =>
    withFile(async (file) => {
      const readOnly = openSqliteEventLog(file, { access: 'read-only' })
      expect((await Effect.runPromise(Effect.flip(Effect.scoped(readOnly)))).message).toMatch(/unable to open/)
      await written(file)
      await Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const writer = yield* openSqliteEventLog(file)
            const log = yield* readOnly
            expect(yield* log.head('p')).toBe(6)
            yield* writer.append('p', 6, [event(7)])
            expect((yield* Stream.runCollect(log.read('p', 5))).map(({ sequence }) => sequence)).toEqual([6, 7])
            expect((yield* Effect.flip(log.append('p', 7, [event(8)]))).message).toMatch(/readonly/)
          }),
        ),
      )
      edit(file, 'PRAGMA user_version = 2')
      expect((await Effect.runPromise(Effect.flip(Effect.scoped(readOnly)))).message).toMatch(/start it once/)
    }))

  it('is write-ahead logged, names its schema and has one row an append', () =>
    withFile(async (file) => {
      await written(file)
      using database = new DatabaseSync(file)
      expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 })
      expect(database.prepare('SELECT first_sequence, count FROM batches').all()).toEqual([
        { first_sequence: 1, count: 3 },
        { first_sequence: 4, count: 1 },
        { first_sequence: 5, count: 2 },
      ])
    }))

  it('of another version is refused', () =>
    withFile(async (file) => {
      await written(file)
      edit(file, 'PRAGMA user_version = 4')
      expect((await opening(file)).message).toMatch(/a newer version \(schema 4; this version knows 3\)/)
      edit(file, 'PRAGMA user_version = 1')
      expect((await opening(file)).message).toMatch(/an older version \(schema 1; this version knows 3\)/)
    }))

  it('of another program is refused and left alone', () =>
    withFile(async (file) => {
      edit(file, 'CREATE TABLE photos (name TEXT)')
      expect((await opening(file)).message).toMatch(/another program/)
      using database = new DatabaseSync(file)
      expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'photos' }])
    }))

  it('that cannot be opened is a LogFailure', () =>
    withFile(async (file) => {
      expect(await opening(join(file, 'below-a-file', 'log.sqlite'))).toMatchObject({ _tag: 'LogFailure' })
    }))

  it('with a torn event fails at that event, though it was appended with others', () =>
    withFile(async (file) => {
      await written(file)
      changeEvent(file, { sequence: 2, change: (json) => json.replace('"slot":2', '"slot":7'), checksum: 'leave' })
      expect(await refusal(file)).toMatch(/event 2 is torn/)
    }))

  it('with a torn row fails at its events, whatever was changed in it', () =>
    withFile(async (file) => {
      await written(file)
      const changed = [
        ['checksum = checksum + 1', 'events 1 to 3 are torn'],
        ['count = 2', 'events 1 to 2 are torn'],
        ["encoding = 'events-zstd'", 'events 1 to 3 are torn'],
        ['bytes = substr(bytes, 1, length(bytes) - 2)', 'event 3 is torn'],
        ["bytes = CAST('' AS BLOB)", 'events 1 to 3 are torn'],
        ["partition = 'q'", 'event 1 is missing: the next one is 4'],
      ] as const
      for (const [set, message] of changed) {
        const copy = `${file}-copy`
        copyFileSync(file, copy)
        edit(copy, `UPDATE batches SET ${set} WHERE first_sequence = 1`)
        expect(await refusal(copy), set).toMatch(message)
      }
    }))

  it('with a missing row fails at its first event', () =>
    withFile(async (file) => {
      await written(file)
      edit(file, 'DELETE FROM batches WHERE first_sequence = 4')
      expect(await refusal(file)).toMatch(/event 4 is missing: the next one is 5/)
      expect(await refusal(file, 3)).toMatch(/event 4 is missing: the next one is 5/)
      expect(await Effect.runPromise(reading(file, 4))).toHaveLength(2)
    }))

  it('that lacks events that were acknowledged is refused by name', () =>
    withFile(async (file) => {
      await written(file)
      edit(file, 'DELETE FROM batches WHERE first_sequence = 5')
      expect((await opening(file)).message).toMatch(/the log of p ends at 4, but 5 to 6 were acknowledged/)
      rmSync(`${file}-head`)
      expect(await readAll(file)).toHaveLength(4)
    }))

  it('may become no larger than it was told; what was taken before stays, and goes on where there is room', () =>
    withFile(async (file) => {
      const fifty = Array.from({ length: 50 }, (_, index) => event(index))
      const filled = await Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* openSqliteEventLog(file, { maxBytes: 100_000 })
            for (let head = 0; ; head += 50) {
              const taken = yield* Effect.result(log.append('p', head, fifty))
              if (taken._tag === 'Success') continue
              expect(taken.failure).toMatchObject({ _tag: 'LogFailure', detail: 'database or disk is full' })
              return head
            }
          }),
        ),
      )
      expect(filled).toBeGreaterThan(500)
      expect(await readAll(file)).toHaveLength(filled)
      await Effect.runPromise(
        Effect.scoped(Effect.flatMap(openSqliteEventLog(file), (log) => log.append('p', filled, fifty))),
      )
      expect(await readAll(file)).toHaveLength(filled + 50)
    }))

  const half = (bytes: number) => ({ sequence: 2, bytes: new Uint8Array(bytes).fill(7) })
  const partsIn = (file: string) => {
    using database = new DatabaseSync(file)
    return Number(database.prepare('SELECT count(*) AS parts FROM snapshots').get()?.parts)
  }

  it('takes events between the parts of a snapshot', () =>
    withFile((file) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* openSqliteEventLog(file)
            yield* log.append('p', 0, [event(1), event(2)])
            const keeping = yield* Effect.forkChild(log.keepSnapshot('p', half(2_000_000)), { startImmediately: true })
            yield* log.append('p', 2, [event(3)])
            expect(partsIn(file)).toBe(1)
            expect(yield* log.snapshots('p')).toEqual([])
            yield* Fiber.join(keeping)
            expect(partsIn(file)).toBe(8)
            expect(yield* log.snapshots('p')).toHaveLength(1)
          }),
        ),
      ),
    ))

  it('does not count a snapshot that was half written, and is rid of it later', () =>
    withFile((file) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* openSqliteEventLog(file)
            yield* log.append('p', 0, [event(1), event(2), event(3), event(4)])
            yield* log.keepSnapshot('p', { ...half(10), sequence: 1 })
            yield* log.keepSnapshot('p', half(600_000))
            edit(file, 'DELETE FROM snapshots WHERE sequence = 2 AND part = 2')
            expect((yield* log.snapshots('p')).map(({ sequence }) => sequence)).toEqual([1])
            yield* log.keepSnapshot('p', { ...half(10), sequence: 3 })
            yield* log.keepSnapshot('p', { ...half(10), sequence: 4 })
            expect(partsIn(file)).toBe(2)
          }),
        ),
      ),
    ))

  it('with no room for a snapshot goes on without it, and has as much room as before', () =>
    withFile((file) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* openSqliteEventLog(file, { maxBytes: 600_000 })
            yield* log.append('p', 0, [event(1), event(2)])
            const refused = yield* Effect.flip(log.keepSnapshot('p', half(2_000_000)))
            expect(refused.detail).toBe('database or disk is full')
            expect(partsIn(file)).toBe(0)
            const much = Array.from({ length: 5_000 }, (_, index) => event(index))
            expect(yield* log.append('p', 2, much)).toBe(5_002)
          }),
        ),
      ),
    ))

  it('locked by another process for too long fails the append, and nothing is kept', () =>
    withFile((file) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* openSqliteEventLog(file)
            {
              using other = new DatabaseSync(file)
              other.exec('BEGIN IMMEDIATE')
              expect(yield* Effect.flip(log.append('p', 0, [event(1)]))).toMatchObject({ _tag: 'LogFailure' })
              other.exec('ROLLBACK')
            }
            expect(yield* log.append('p', 0, [event(1)])).toBe(1)
          }),
        ),
      ),
    ))
})

describe('a file of schema 2, which kept a row an event', () => {
  /** As that version wrote it. */
  function writeOld(file: string, partitions: Readonly<Record<string, number>>): void {
    using database = new DatabaseSync(file)
    database.exec(`
      CREATE TABLE events (
        partition TEXT NOT NULL,
        sequence INTEGER NOT NULL CHECK (sequence > 0),
        event TEXT NOT NULL,
        checksum TEXT NOT NULL,
        PRIMARY KEY (partition, sequence)
      ) STRICT, WITHOUT ROWID;
      PRAGMA application_id = ${0x4357656c}; PRAGMA user_version = 2; PRAGMA journal_mode = WAL`)
    database.exec('BEGIN')
    const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?)')
    for (const [partition, count] of Object.entries(partitions)) {
      for (let sequence = 1; sequence <= count; sequence++) {
        const text = JSON.stringify(event(sequence))
        insert.run(partition, sequence, text, hash('sha256', `${partition}/${sequence}/${text}`))
      }
    }
    database.exec('COMMIT')
  }

  it('is brought up without a loss, and goes on', () =>
    withFile(async (file) => {
      writeOld(file, { o: 1, p: 2_345, q: 1_000 })
      const expected = Array.from({ length: 2_345 }, (_, i) => ({ sequence: i + 1, event: event(i + 1) }))
      expect(await readAll(file)).toEqual(expected)
      await Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* openSqliteEventLog(file)
            expect(yield* log.partitions).toEqual(['o', 'p', 'q'])
            expect([yield* log.head('o'), yield* log.head('q')]).toEqual([1, 1_000])
            expect(yield* log.append('p', 2_345, [event(9)])).toBe(2_346)
          }),
        ),
      )
      using database = new DatabaseSync(file)
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 })
      expect(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get()).toBeUndefined()
    }))

  it('is refused by name, and left as it is, where an event is torn or missing', () =>
    withFile(async (file) => {
      writeOld(file, { p: 20 })
      edit(file, `UPDATE events SET event = replace(event, '"slot":7', '"slot":8') WHERE sequence = 7`)
      expect((await opening(file)).message).toMatch(/event 7 of p is torn/)
      edit(file, 'DELETE FROM events WHERE sequence = 7')
      expect((await opening(file)).message).toMatch(/event 7 of p is missing: the next one is 8/)
      using database = new DatabaseSync(file)
      expect(database.prepare('SELECT count(*) AS events FROM events').get()).toEqual({ events: 19 })
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 })
    }))
})
