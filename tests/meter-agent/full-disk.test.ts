import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import type { Outbox } from '#meter-agent/outbox/outbox.ts'
import { emptyRecorder } from '#meter-agent/reading/recorder.ts'
import { readingOf, statementOf } from './bodies.ts'

const MIB = 1_048_576
/** A disk of its own, small enough to be filled. */
const disk = mkdtempSync(join(tmpdir(), 'commonwatt-full-disk-'))
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status === 0
if (!isMounted) console.warn('SKIPPED: a home on a full disk; a small disk cannot be mounted without being root')
afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', disk])
  rmSync(disk, { recursive: true, force: true })
})
const file = join(disk, 'home.sqlite')
const filler = join(disk, 'filler')

const READINGS_A_SLOT = 20
const registers = JSON.stringify({ words: 'ab'.repeat(400) })
const record = (outbox: Outbox, sequence: number) =>
  outbox.record({
    state: { ...emptyRecorder, last: { reading: readingOf(sequence), hash: `0x${'5'.repeat(64)}` } },
    reading: readingOf(sequence),
    signed: null,
    registers,
    statements: sequence % READINGS_A_SLOT === 0 ? [statementOf(sequence / READINGS_A_SLOT)] : [],
  })
const opened = <A, E>(use: (outbox: Outbox) => Effect.Effect<A, E>) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(openSqliteOutbox({ file }), use)))
const free = () => statfsSync(disk).bavail * statfsSync(disk).bsize

describe.skipIf(!isMounted)('a home on a full disk', () => {
  it('goes on recording, keeps every statement and the newest readings, and takes its room back later', async () => {
    await opened((outbox) =>
      Effect.gen(function* () {
        for (let sequence = 1; sequence <= 500; sequence++) yield* record(outbox, sequence)
        expect(existsSync(`${file}.reserve`)).toBe(true)
        // Somebody else takes everything that is left, and comes back for what is given free.
        writeFileSync(filler, new Uint8Array(free()))
        expect(free()).toBe(0)
        for (let sequence = 501; sequence <= 3_000; sequence++) yield* record(outbox, sequence)
        expect(yield* outbox.takeNonce).toBeGreaterThan(0)
        const kept = (yield* outbox.pendingReadings(100_000)).map(({ reading }) => reading.sequence)
        expect(kept.at(-1)).toBe(3_000)
        expect(kept.length).toBeLessThan(3_000)
        expect(kept).toEqual(kept.map((_, i) => (kept[0] ?? 0) + i)) // a chain without a hole
        const slots = (yield* outbox.pendingStatements(1_000)).map(({ slot }) => slot)
        expect(slots).toEqual(Array.from({ length: 150 }, (_, i) => i + 1))
      }),
    )
    // Started again while there is still no room.
    await opened((outbox) =>
      Effect.gen(function* () {
        expect((yield* outbox.recorder).last?.reading.sequence).toBe(3_000)
        for (let sequence = 3_001; sequence <= 6_000; sequence++) yield* record(outbox, sequence)
      }),
    )
    rmSync(filler)
    await opened((outbox) =>
      Effect.gen(function* () {
        expect((yield* outbox.recorder).last?.reading.sequence).toBe(6_000)
        yield* record(outbox, 6_001)
        expect((yield* outbox.pendingStatements(1_000)).length).toBe(300)
        expect(existsSync(`${file}.reserve`)).toBe(true)
      }),
    )
  })

  it('is refused by name where there is no room to begin with', async () => {
    for (const suffix of ['', '-wal', '-shm', '.reserve', '.lock']) rmSync(`${file}${suffix}`, { force: true })
    writeFileSync(filler, new Uint8Array(Math.max(0, free() - MIB / 64)))
    const exit = await Effect.runPromiseExit(Effect.scoped(openSqliteOutbox({ file })))
    expect(Exit.isFailure(exit) ? String(exit.cause) : 'it was opened').toMatch(/OutboxFailure.*(full|disk)/)
    rmSync(filler)
  })
})
