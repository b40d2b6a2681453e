import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLocalChain } from '#contracts/index.ts'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import { emptyRecorder } from '#meter-agent/reading/recorder.ts'
import { lastTimeMs } from '#platform/last-time.ts'
import { readingOf } from '../meter-agent/bodies.ts'

const STREET = 'elm-street'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commonwatt-time-'))
  mkdirSync(join(folder, 'outboxes'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lastTime = () => Effect.runPromise(lastTimeMs(folder, STREET))

const log = (timeMs: number) =>
  Effect.gen(function* () {
    const opened = yield* openSqliteEventLog(join(folder, 'log.sqlite'))
    const head = yield* opened.head(STREET)
    yield* opened.append(STREET, head, [{ type: 'SlotPhaseChanged', timeMs, slot: head, phase: 'continuous' }])
  }).pipe(Effect.scoped, Effect.runPromise)

const read = (home: string, timeMs: number) =>
  Effect.gen(function* () {
    const outbox = yield* openSqliteOutbox({ file: join(folder, 'outboxes', `${home}.sqlite`) })
    const reading = { ...readingOf(1), timeMs }
    const last = { reading, hash: `0x${'5'.repeat(64)}` } as const
    yield* outbox.record({ state: { ...emptyRecorder, last }, reading, signed: null, registers: '{}', statements: [] })
  }).pipe(Effect.scoped, Effect.runPromise)

describe('the time at which a data folder goes on', () => {
  it('is none in a new one, and in one whose homes have read nothing', async () => {
    expect(await lastTime()).toBe(0)
    await Effect.runPromise(Effect.scoped(openSqliteOutbox({ file: join(folder, 'outboxes/a.sqlite') })))
    expect(await lastTime()).toBe(0)
  })

  it('is before nothing that was written: log, chain, or a reading that nobody has heard of yet', async () => {
    await log(5_000)
    await log(7_000)
    expect(await lastTime()).toBe(7_000)
    await Effect.runPromise(
      Effect.scoped(startLocalChain({ clock: { nowMs: () => 9_999, speed: 1 }, dataDir: folder })),
    )
    expect(await lastTime()).toBe(9_000) // blocks count seconds
    await read('a', 12_000)
    await read('b', 8_000)
    expect(await lastTime()).toBe(12_000)
  })
})
