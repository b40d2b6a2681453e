import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { Effect, type Scope } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { readHomeLog } from '#meter-agent/home-log.ts'
import { openKeptRegisters } from '#meter-agent/outbox/kept-registers.ts'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import type { Outbox, OutboxFailure } from '#meter-agent/outbox/outbox.ts'
import { migrations } from '#meter-agent/outbox/schema.ts'
import { emptyRecorder } from '#meter-agent/reading/recorder.ts'
import { HomeLogCheck } from '#platform/home-log/home-log-check.ts'
import { sign } from '#protocol/signing.ts'
import { readingOf, statementOf } from './bodies.ts'
import { domain, serveGateway } from './test-gateway.ts'

const folder = mkdtempSync(join(tmpdir(), 'meter-agent-outbox-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${++files}.sqlite`)

const opened = <A, E>(
  file: string,
  use: (outbox: Outbox) => Effect.Effect<A, E, Scope.Scope>,
  maxReadings?: number,
): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(openSqliteOutbox({ file, ...(maxReadings === undefined ? {} : { maxReadings }) }), use),
    ),
  )
const record = (outbox: Outbox, sequence: number, slots: readonly number[] = []) =>
  outbox.record({
    state: { ...emptyRecorder, last: { reading: readingOf(sequence), hash: `0x${'5'.repeat(64)}` } },
    reading: readingOf(sequence),
    signed: null,
    registers: `{"sequence":${sequence}}`,
    statements: slots.map(statementOf),
  })
const sentStatement = (slot: number) =>
  sign({ domain, kind: 'statement', body: statementOf(slot), privateKey: `0x${'7'.repeat(64)}` })
const waiting = (outbox: Outbox) =>
  Effect.map(outbox.pendingReadings(1000), (readings) => readings.map(({ reading }) => reading.sequence))
const stated = (outbox: Outbox) =>
  Effect.map(outbox.pendingStatements(1000), (statements) => statements.map(({ slot }) => slot))

const KILLS = Math.min(1_000, Number(process.env.COMMONWATT_TEST_KILLS ?? 20))

/** Runs a writer until it has said so many lines, and kills it in the middle of the next. */
async function killedWriter(args: readonly string[], lines: number) {
  const writer = spawn(process.execPath, [fileURLToPath(new URL('./killed-writer.ts', import.meta.url)), ...args])
  const said: string[] = []
  writer.stderr.on('data', (text: Buffer) => said.push(`stderr: ${text}`))
  const closed = once(writer, 'close')
  for await (const line of createInterface({ input: writer.stdout })) {
    said.push(line)
    if (said.length === lines) writer.kill('SIGKILL')
  }
  await closed
  if (said.length < lines) throw new Error(`the writer ended by itself:\n${said.join('\n')}`)
  const numbers = (what: string) =>
    said.flatMap((line) => (line.startsWith(`${what} `) ? [Number(line.split(' ')[1])] : []))
  return { recorded: numbers('recorded'), acknowledged: numbers('acknowledged'), nonces: numbers('nonce') }
}

describe('the outbox', () => {
  it('keeps what is not acknowledged, oldest first, across restarts', async () => {
    const file = newFile()
    await opened(file, (outbox) =>
      Effect.gen(function* () {
        for (let sequence = 1; sequence <= 4; sequence++) yield* record(outbox, sequence, [100 + sequence])
        yield* outbox.acknowledgeReadings([1, 3])
        yield* outbox.acknowledgeStatements([sentStatement(102)])
      }),
    )
    await opened(file, (outbox) =>
      Effect.gen(function* () {
        expect(yield* waiting(outbox)).toEqual([2, 4])
        expect(yield* stated(outbox)).toEqual([101, 103, 104])
        expect((yield* outbox.recorder).last?.reading.sequence).toBe(4)
        expect((yield* outbox.statementsFrom(102)).map(({ slot }) => slot)).toEqual([102, 103, 104])
        expect((yield* outbox.pendingStatements(1))[0]).toEqual(statementOf(101))
      }),
    )
  })

  it('counts its starts and never gives a nonce twice', async () => {
    const file = newFile()
    const seen: number[] = []
    for (let boot = 1; boot <= 3; boot++) {
      await opened(file, (outbox) =>
        Effect.gen(function* () {
          expect(outbox.bootId).toBe(boot)
          for (let i = 0; i < 300; i++) seen.push(yield* outbox.takeNonce)
        }),
      )
    }
    expect(new Set(seen).size).toBe(900)
    expect(Math.min(...seen)).toBe(1)
  })

  it(
    'is killed at any moment, again and again: its log verifies, and nothing is lost or said twice',
    async () => {
      const place = mkdtempSync(join(folder, 'killed-'))
      await Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const gateway = yield* serveGateway({ nowMs: () => 0 })
            const said = { recorded: 0, acknowledged: 0, nonces: [] as number[] }
            for (let kill = 0; kill < KILLS; kill++) {
              const end = yield* Effect.promise(() => killedWriter([place, gateway.url], 1 + ((kill * 7) % 23)))
              said.recorded = Math.max(said.recorded, ...end.recorded)
              said.acknowledged = Math.max(said.acknowledged, ...end.acknowledged)
              said.nonces.push(...end.nonces)
            }
            const file = join(place, 'outbox.sqlite')
            const check = new HomeLogCheck()
            for (const line of yield* readHomeLog(file)) check.take(line)
            const found = check.finish('an outbox')
            const { first, last } = found.readings
            // A writer that ran long enough has let go of what is older than seven days, one reading each five minutes.
            expect(first === 1 || last - first >= 7 * 24 * 12).toBe(true)
            expect(last).toBeGreaterThanOrEqual(said.recorded)
            expect(found.statements.recomputed).toBeGreaterThan(0)
            const sequences = gateway.readings.map(({ body }) => body.sequence)
            expect(sequences).toEqual(Array.from(sequences, (_, i) => i + 1))
            expect(sequences.length).toBeGreaterThanOrEqual(said.acknowledged)
            // Whatever arrived under one sequence, or for one slot, was the same letter each time.
            const letters = Map.groupBy(gateway.arrived, ({ kind, body }) =>
              kind === 'statement'
                ? `slot ${body.slot}`
                : 'sequence' in body
                  ? `${kind} ${body.sequence}`
                  : 'enrolment',
            )
            for (const [what, same] of letters) {
              expect(new Set(same.map((letter) => JSON.stringify(letter))).size, what).toBe(1)
            }
            expect(new Set(said.nonces).size).toBe(said.nonces.length)
          }),
        ),
      )
    },
    60_000 + 5_000 * KILLS,
  )

  it('thins waiting readings above its bound, and no statement', async () => {
    await opened(
      newFile(),
      (outbox) =>
        Effect.gen(function* () {
          for (let sequence = 1; sequence <= 200; sequence++) yield* record(outbox, sequence, [sequence])
          const left = yield* waiting(outbox)
          expect(left.length).toBeLessThanOrEqual(20)
          expect(left.slice(-10)).toEqual(Array.from({ length: 10 }, (_, i) => 191 + i))
          expect(yield* stated(outbox)).toHaveLength(200)
        }),
      20,
    )
  })

  it('takes over what version 2 left: every pending reading, unsigned, and every statement', async () => {
    const file = newFile()
    const old = new DatabaseSync(file)
    old.exec(`${migrations[2]} PRAGMA user_version = 2`)
    for (const sequence of [2, 4, 5]) {
      const body = JSON.stringify(readingOf(sequence))
      old.prepare('INSERT INTO reading VALUES (?, ?)').run(sequence, body)
      old.prepare('INSERT INTO registers VALUES (?, ?, ?)').run(sequence, 1_000 * sequence, '{}')
    }
    old.prepare('INSERT INTO statement (slot, body) VALUES (?, ?)').run(100, JSON.stringify(statementOf(100)))
    const last = { reading: readingOf(5), hash: `0x${'5'.repeat(64)}` }
    old.prepare("INSERT INTO note VALUES ('recorder', ?)").run(JSON.stringify({ ...emptyRecorder, last }))
    old.close()
    for (let start = 0; start < 2; start++) {
      await opened(file, (outbox) =>
        Effect.gen(function* () {
          const pending = yield* outbox.pendingReadings(9)
          expect(pending).toEqual([2, 4, 5].map((sequence) => ({ reading: readingOf(sequence), signed: null })))
          expect(yield* outbox.pendingStatements(9)).toEqual([statementOf(100)])
          expect((yield* outbox.recorder).last?.reading).toEqual(readingOf(5))
          expect(yield* outbox.lastSession).toBeNull()
        }),
      )
    }
    await opened(file, (outbox) => record(outbox, 6))
  })

  it('takes over what version 3 left: each reading with its registers, those that were let go without', async () => {
    const file = newFile()
    const old = new DatabaseSync(file)
    old.exec(`${migrations[2]} ${migrations[3]} PRAGMA user_version = 3`)
    for (const sequence of [1, 2, 3]) {
      const body = JSON.stringify(readingOf(sequence))
      old
        .prepare('INSERT INTO reading (sequence, body, pending) VALUES (?, ?, ?)')
        .run(sequence, body, Math.sign(sequence - 1))
      if (sequence > 1) {
        old.prepare('INSERT INTO registers VALUES (?, ?, ?)').run(sequence, 1_000, `{"sequence":${sequence}}`)
      }
    }
    old.close()
    await opened(file, (outbox) =>
      Effect.gen(function* () {
        yield* outbox.acknowledgeReadings([2])
        yield* record(outbox, 4)
        const kept = yield* openKeptRegisters(file)
        expect(yield* kept.oldest).toBe(2)
        const texts = yield* Effect.forEach([1, 2, 3, 4], kept.textOf)
        expect(texts).toEqual([null, '{"sequence":2}', '{"sequence":3}', '{"sequence":4}'])
        expect(yield* waiting(outbox)).toEqual([3, 4])
        const running = new DatabaseSync(file)
        running.exec('DELETE FROM reading WHERE sequence < 4')
        running.close()
        expect([yield* kept.textOf(3), yield* kept.oldest]).toEqual([null, 4])
      }),
    )
  })

  it('refuses a file of a version that it does not know', async () => {
    for (const version of [1, 5]) {
      const file = newFile()
      const database = new DatabaseSync(file)
      database.exec(`PRAGMA user_version = ${version}`)
      database.close()
      const failure = await Effect.runPromise(Effect.flip(Effect.scoped(openSqliteOutbox({ file }))))
      expect(failure.message).toContain(`${file}: written by another version (schema ${version}; this version knows 4`)
    }
  })

  it('keeps acknowledged readings for seven days; the oldest go first, and none before one that waits', async () => {
    const file = newFile()
    const kept = () => {
      using database = new DatabaseSync(file, { readOnly: true })
      return database
        .prepare('SELECT sequence FROM reading ORDER BY sequence')
        .all()
        .map((row) => Number(row.sequence))
    }
    const hourly = (outbox: Outbox, sequence: number) => {
      const reading = { ...readingOf(sequence), timeMs: sequence * 3_600_000 }
      const state = { ...emptyRecorder, last: { reading, hash: `0x${'5'.repeat(64)}` } } as const
      return outbox.record({ state, reading, signed: null, registers: '{}', statements: [] })
    }
    await opened(file, (outbox) =>
      Effect.gen(function* () {
        for (let sequence = 1; sequence <= 200; sequence++) {
          yield* hourly(outbox, sequence)
          if (sequence !== 3) yield* outbox.acknowledgeReadings([sequence])
        }
        expect(kept()).toEqual(Array.from({ length: 198 }, (_, i) => i + 3))
        yield* outbox.acknowledgeReadings([3])
        for (let sequence = 201; sequence <= 220; sequence++) yield* hourly(outbox, sequence)
        expect(kept()[0]).toBe(220 - 7 * 24)
      }),
    )
  })

  it('belongs to one process at a time', async () => {
    const file = newFile()
    await opened(file, () =>
      Effect.gen(function* () {
        const second = yield* Effect.flip(openSqliteOutbox({ file }))
        expect((second satisfies OutboxFailure).message).toContain('locked')
      }),
    )
  })

  it('remembers notes', async () => {
    const file = newFile()
    await opened(file, (outbox) => outbox.remember('protocol', '{}'))
    await opened(file, (outbox) =>
      Effect.gen(function* () {
        expect(yield* outbox.recall('protocol')).toBe('{}')
        expect(yield* outbox.recall('nothing')).toBeNull()
      }),
    )
  })
})
