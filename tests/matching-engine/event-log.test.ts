import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Effect, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { MemoryStorage, openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { openSqliteEventLog } from '#matching-engine/event-log/node-sqlite.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { eventLogConformance } from './event-log-conformance.ts'

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
  return use({ open: openMemoryEventLog(storage) })
})

eventLogConformance('node:sqlite', (use) => withFile((file) => use({ open: openSqliteEventLog(file) })))

const event: MarketEvent = { type: 'SlotPhaseChanged', timeMs: 1, slot: 1, phase: 'continuous' }
const opening = (file: string) => Effect.runPromise(Effect.flip(Effect.scoped(openSqliteEventLog(file))))

function edit(file: string, sql: string): void {
  using database = new DatabaseSync(file)
  database.exec(sql)
}

const written = (file: string) =>
  Effect.runPromise(
    Effect.scoped(Effect.flatMap(openSqliteEventLog(file), (log) => log.append('p', 0, [event, event, event]))),
  )

const readAll = (file: string) =>
  Effect.runPromise(
    Effect.flip(Effect.scoped(Effect.flatMap(openSqliteEventLog(file), (log) => Stream.runCollect(log.read('p', 0))))),
  )

describe('the SQLite file', () => {
  it('is write-ahead logged and names its schema', () =>
    withFile(async (file) => {
      await written(file)
      using database = new DatabaseSync(file)
      expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 })
    }))

  it('of another version is refused', () =>
    withFile(async (file) => {
      await written(file)
      edit(file, 'PRAGMA user_version = 3')
      expect((await opening(file)).message).toMatch(/a newer version \(schema 3; this version knows 2\)/)
      edit(file, 'PRAGMA user_version = 1')
      expect((await opening(file)).message).toMatch(/an older version \(schema 1; this version knows 2\)/)
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

  it('with a torn or a missing event fails at that event', () =>
    withFile(async (file) => {
      await written(file)
      edit(file, `UPDATE events SET event = replace(event, 'a', 'b') WHERE sequence = 2`)
      expect((await readAll(file)).message).toMatch(/event 2 is torn/)
      edit(file, 'DELETE FROM events WHERE sequence = 2')
      expect((await readAll(file)).message).toMatch(/event 2 is missing: the next one is 3/)
    }))

  it('locked by another process for too long fails the append, and nothing is kept', () =>
    withFile((file) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* openSqliteEventLog(file)
            {
              using other = new DatabaseSync(file)
              other.exec('BEGIN IMMEDIATE')
              expect(yield* Effect.flip(log.append('p', 0, [event]))).toMatchObject({ _tag: 'LogFailure' })
              other.exec('ROLLBACK')
            }
            expect(yield* log.append('p', 0, [event])).toBe(1)
          }),
        ),
      ),
    ))
})
