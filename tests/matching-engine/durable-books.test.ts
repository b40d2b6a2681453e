import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Effect, Exit, Scope } from 'effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OrderFlow } from '#matching-engine/bench/order-flow.ts'
import { CommandBuffer } from '#matching-engine/book/command-buffer.ts'
import { OrderBooks, opCode } from '#matching-engine/book/order-books.ts'
import { RING_COMMANDS } from '#matching-engine/engine/command-ring.ts'
import { type DurableBooks, type DurableBooksOptions, openDurableBooks } from '#matching-engine/engine/durable-books.ts'
import { openSqliteEventLog } from '#matching-engine/event-log/sqlite-event-log.ts'
import { AccountBooks, type AccountCommand, bufferOf, stateAfter } from './account-books.ts'
import { run } from './rose-street.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'commonwatt-journal-'))
  file = join(directory, 'commands.sqlite')
})
afterEach(() => rmSync(directory, { recursive: true }))

const commandsFrom = (first: number, count: number): AccountCommand[] =>
  Array.from({ length: count }, (_, i) => ({
    id: first + i,
    account: (first + i) % 7,
    qty: (first + i) % 5,
    nowMs: first + i,
  }))

const opened = (change: Partial<DurableBooksOptions> = {}) => {
  const books = new AccountBooks()
  return Effect.map(openDurableBooks({ file, partition: 'p', books, ...change }), (durable) => ({ durable, books }))
}

/** Opens, submits commands first to last in groups, and closes, if need be not before something `isSo`. */
const filled = (
  last: number,
  options: { readonly first?: number; readonly snapshotEveryCommands?: number; readonly isSo?: () => boolean } = {},
) =>
  run(
    Effect.gen(function* () {
      const { first = 1, isSo = () => true, ...more } = options
      const { durable } = yield* opened(more)
      for (let next = first; next <= last; next += 100) {
        yield* durable.submit(bufferOf(commandsFrom(next, Math.min(100, last + 1 - next))))
      }
      while (!isSo()) yield* Effect.sleep(1)
    }),
  )

/** The same until the writer, which clears out at its own pace, has dropped the first commands; gives the last one's. */
const filledUntilCleared = (snapshotEveryCommands: number) =>
  run(
    Effect.gen(function* () {
      const { durable } = yield* opened({ snapshotEveryCommands })
      let last = 0
      while (last === 0 || firstCommand() === 1) {
        yield* durable.submit(bufferOf(commandsFrom(last + 1, 100)))
        last += 100
      }
      return last
    }),
  )

const refusal = () => run(Effect.map(Effect.flip(opened()), ({ message }) => message))

function edit(sql: string): void {
  using database = new DatabaseSync(file)
  database.exec(sql)
}

const rows = (sql: string) => {
  using database = new DatabaseSync(file)
  return database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row))
}

const firstCommand = () => (rows('SELECT min(first_sequence) FROM batches') as [[number]])[0][0]
const snapshotSequences = () => rows('SELECT DISTINCT sequence FROM snapshots ORDER BY sequence').flat() as number[]

const submitAll = (durable: DurableBooks, groups: readonly (readonly AccountCommand[])[]) =>
  Effect.forEach(groups, (group) => durable.submit(bufferOf(group)), { concurrency: 'unbounded', discard: true })

describe('durable books', () => {
  it('give outcomes when the commands are on disk, and are the same again', () =>
    run(
      Effect.gen(function* () {
        const commands = commandsFrom(1, 1_000)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { durable, books } = yield* opened()
            expect(durable.recovery).toEqual({ sequence: 0, snapshotSequence: 0 })
            const buffer = bufferOf(commands)
            yield* durable.submit(buffer)
            expect(rows('SELECT sum(count) FROM batches')).toEqual([[1_000]])
            expect([...buffer.outcomes.subarray(0, 6)]).toEqual([0, 0, 0, 0, 1, 0])
            expect(books.stateHash()).toBe(stateAfter(commands))
          }),
        )
        const { durable, books } = yield* opened()
        expect(durable.recovery.sequence).toBe(1_000)
        expect(books.stateHash()).toBe(stateAfter(commands))
      }),
    ))

  it('are order books with a market in them, found again from a snapshot and what came after', () =>
    run(
      Effect.gen(function* () {
        const begun = () => new OrderBooks({ minPriceEurPerMWh: 0, maxPriceEurPerMWh: 500, tickEurPerMWh: 1, nowMs: 1 })
        const live = begun()
        const flow = new OrderFlow(3)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { durable } = yield* opened({ books: live, snapshotEveryCommands: 7_000 })
            const opening = new CommandBuffer()
            opening.add(opCode('open-book'), 0, 1)
            yield* durable.submit(opening)
            for (let group = 0; group < 100; group++) {
              const commands = new CommandBuffer()
              flow.write(commands, 300, group)
              yield* durable.submit(commands)
            }
          }),
        )
        edit('DELETE FROM snapshots WHERE sequence = (SELECT max(sequence) FROM snapshots)')
        const found = begun()
        const { durable } = yield* opened({ books: found })
        expect(durable.recovery.sequence).toBe(30_001)
        expect(durable.recovery.snapshotSequence).toBeGreaterThan(7_000)
        expect(durable.recovery.snapshotSequence).toBeLessThan(30_001)
        expect(found.stateHash()).toBe(live.stateHash())
        expect(found.snapshot().length).toBeGreaterThan(10_000)
      }),
    ))

  it('sync what waits as one group, and take far more than can wait at once, in order', () =>
    run(
      Effect.gen(function* () {
        const { durable, books } = yield* opened()
        const groups = Array.from({ length: 300 }, (_, i) => commandsFrom(i * 500 + 1, 500))
        yield* submitAll(durable, groups)
        expect(books.stateHash()).toBe(stateAfter(groups.flat()))
        const [[count, longest]] = rows('SELECT count(*), max(count) FROM batches') as [[number, number]]
        expect(count).toBeLessThan(200)
        expect(longest).toBeLessThanOrEqual(RING_COMMANDS)
      }),
    ))

  it('take no more at once than can wait', () =>
    run(
      Effect.gen(function* () {
        const { durable } = yield* opened()
        yield* durable.submit(bufferOf(commandsFrom(1, RING_COMMANDS)))
        const exit = yield* Effect.exit(durable.submit(bufferOf(commandsFrom(1, RING_COMMANDS + 1))))
        expect(String(exit)).toContain(`${RING_COMMANDS + 1} commands at once are more than ${RING_COMMANDS}`)
        yield* durable.submit(bufferOf([]))
      }),
    ))

  it('leave a snapshot behind when they are closed, and start from it', async () => {
    await filled(350)
    expect(rows('SELECT sequence FROM snapshots')).toEqual([[350]])
    await run(
      Effect.gen(function* () {
        const { durable, books } = yield* opened()
        expect(durable.recovery).toEqual({ sequence: 350, snapshotSequence: 350 })
        expect(books.stateHash()).toBe(stateAfter(commandsFrom(1, 350)))
      }),
    )
  })

  it('keep the last two snapshots and what came after the older one, whatever the history', async () => {
    for (const last of [2_000, 6_000]) {
      // The writer clears out at its own pace, and goes on with it while nothing comes: it may catch up before the last
      // snapshot, that of the close.
      const hasCaughtUp = () => {
        const [older = 0, newest = 0, ...more] = snapshotSequences()
        return newest >= last - 300 && more.length === 0 && firstCommand() === older + 1
      }
      await filled(last, { first: last === 2_000 ? 1 : 2_001, snapshotEveryCommands: 300, isSo: hasCaughtUp })
      const snapshots = snapshotSequences()
      expect(snapshots).toContain(last)
      expect(snapshots.length).toBeLessThanOrEqual(3) // the oldest of three is still being cleared out
      const first = firstCommand()
      expect(first).toBeGreaterThan(last - 2_000)
      expect(first).toBeLessThanOrEqual((snapshots.at(-2) ?? 0) + 1)
    }
  })

  it('start from the older snapshot if the newest is torn, and say which commands are gone if both are', async () => {
    const last = await filledUntilCleared(300)
    const [[newest]] = rows('SELECT max(sequence) FROM snapshots') as [[number]]
    edit(`UPDATE snapshots SET bytes = zeroblob(length(bytes)) WHERE sequence = ${newest}`)
    await run(
      Effect.gen(function* () {
        const { durable, books } = yield* opened()
        expect(durable.recovery.sequence).toBe(last)
        expect(durable.recovery.snapshotSequence).toBeLessThan(newest)
        expect(durable.recovery.snapshotSequence).toBeGreaterThan(0)
        expect(books.stateHash()).toBe(stateAfter(commandsFrom(1, last)))
      }),
    )
    edit('UPDATE snapshots SET bytes = zeroblob(length(bytes))')
    expect(await refusal()).toMatch(`command 1 is missing: the next one is ${firstCommand()}`)
  })

  it('are refused where a batch is torn or missing, and the place is named', async () => {
    await filled(500)
    edit('DELETE FROM snapshots')
    const whole = `${file}-whole`
    copyFileSync(file, whole)
    edit("UPDATE batches SET bytes = CAST(X'ff' || substr(bytes, 2) AS BLOB) WHERE first_sequence = 201")
    expect(await refusal()).toMatch(/commands 201 to 300 are torn/)
    copyFileSync(whole, file)
    edit('DELETE FROM batches WHERE first_sequence = 201')
    expect(await refusal()).toMatch(/command 201 is missing: the next one is 301/)
    copyFileSync(whole, file)
    edit('DELETE FROM batches WHERE first_sequence = 401')
    expect(await refusal()).toMatch(/the log of p ends at 400, but 401 to 500 were acknowledged/)
  })

  it('are refused with a file of a newer version, of events, or with a snapshot that they cannot read', async () => {
    await filled(10)
    expect(
      await run(Effect.map(Effect.flip(opened({ books: new AccountBooks(50) })), ({ message }) => message)),
    ).toMatch(/the snapshot of command 10 cannot be read: 2056 bytes are no state/)
    edit('PRAGMA user_version = 4')
    expect(await refusal()).toMatch(/a newer version \(schema 4; this version knows 3\)/)
    file = join(directory, 'log.sqlite')
    const event = { type: 'SlotPhaseChanged', timeMs: 1, slot: 1, phase: 'continuous' } as const
    await run(Effect.flatMap(openSqliteEventLog(file), (log) => log.append('p', 0, [event])))
    expect(await refusal()).toMatch(/p is a log of events, not a journal of commands/)
  })

  it('stop for good when the disk is full, and have what they acknowledged when there is room again', async () => {
    let acknowledged = 0
    await run(
      Effect.gen(function* () {
        const { durable } = yield* opened({ maxBytes: 200_000 })
        const submits = Effect.forever(
          Effect.suspend(() => durable.submit(bufferOf(commandsFrom(acknowledged + 1, 100)))).pipe(
            Effect.tap(() =>
              Effect.sync(() => {
                acknowledged += 100
              }),
            ),
          ),
        )
        const failed = yield* Effect.flip(submits)
        expect(failed).toMatchObject({ _tag: 'LogFailure', partition: 'p', detail: 'database or disk is full' })
        expect(yield* Effect.flip(durable.submit(bufferOf(commandsFrom(1, 1))))).toBe(failed)
      }),
    )
    expect(acknowledged).toBeGreaterThan(1_000)
    await run(
      Effect.gen(function* () {
        const { durable, books } = yield* opened()
        expect(durable.recovery.sequence).toBe(acknowledged)
        expect(books.stateHash()).toBe(stateAfter(commandsFrom(1, acknowledged)))
        yield* durable.submit(bufferOf(commandsFrom(acknowledged + 1, 100)))
      }),
    )
  })

  it('stop for good when another owner has appended', () =>
    run(
      Effect.gen(function* () {
        const { durable: former } = yield* opened()
        yield* former.submit(bufferOf(commandsFrom(1, 5)))
        const { durable: owner, books } = yield* opened()
        yield* owner.submit(bufferOf(commandsFrom(6, 3)))
        const fenced = yield* Effect.flip(former.submit(bufferOf(commandsFrom(100, 2))))
        expect(fenced).toMatchObject({ _tag: 'StaleSequence', expectedSequence: 5, actualSequence: 8 })
        expect(yield* Effect.flip(former.submit(bufferOf(commandsFrom(100, 2))))).toBe(fenced)
        yield* owner.submit(bufferOf(commandsFrom(9, 3)))
        expect(books.stateHash()).toBe(stateAfter(commandsFrom(1, 11)))
      }),
    ))

  it('stop for good when the books break', () =>
    run(
      Effect.gen(function* () {
        class BrokenBooks extends AccountBooks {
          override run(): void {
            throw new Error('lost track')
          }
        }
        const { durable } = yield* opened({ books: new BrokenBooks() })
        const failed = yield* Effect.flip(durable.submit(bufferOf(commandsFrom(1, 5))))
        expect(failed.message).toMatch(/the books stopped at command 5: Error: lost track/)
        expect(yield* Effect.flip(durable.submit(bufferOf([])))).toBe(failed)
      }),
    ))

  it('answer what was taken and nothing else once they are closed', () =>
    run(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const { durable } = yield* Scope.provide(opened(), scope)
        let answered = 0
        const groups = Array.from({ length: 8 }, (_, i) => commandsFrom(i * 1_000 + 1, 1_000))
        const flying = yield* Effect.forkChild(
          Effect.forEach(
            groups,
            (group) => Effect.tap(durable.submit(bufferOf(group)), () => Effect.sync(() => answered++)),
            { concurrency: 'unbounded' },
          ),
          { startImmediately: true },
        )
        yield* Effect.yieldNow
        yield* Scope.close(scope, Exit.void)
        yield* Effect.yieldNow
        expect(answered).toBe(8)
        expect(flying.pollUnsafe()?._tag).toBe('Success')
        expect((yield* Effect.flip(durable.submit(bufferOf([])))).message).toMatch(/the journal is closed/)
      }),
    ))
})
