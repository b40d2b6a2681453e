import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { controlState } from '#meter-agent/control/control-state.ts'
import { openJournalFile } from '#meter-agent/control/journal-file.ts'
import { keccak } from '#protocol/signing.ts'
import { folder } from './controlled-device.ts'

const hasLimits = spawnSync('prlimit', ['--version']).status === 0
const title = hasLimits ? '' : ' (skipped: prlimit of util-linux is not there)'

describe.skipIf(!hasLimits)(`a journal on a full disk${title}`, () => {
  it('says so, and goes on behind the last whole record when there is room again', async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const file = join(yield* folder, 'control.ndjson')
          const script = fileURLToPath(new URL('./filled-journal.ts', import.meta.url))
          expect(execFileSync(process.execPath, [script, file], { encoding: 'utf8' })).toMatch(/written in part only$/)
          const { records } = yield* openJournalFile(file)
          expect(records().map(({ sequence, timeMs }) => [sequence, timeMs])).toEqual([
            [1, 1],
            [2, 3],
          ])
        }),
      ),
    )
  })
})

describe('a journal of many commands', () => {
  const accounts = [`0x${'a'.repeat(40)}`, `0x${'b'.repeat(40)}`] as const
  const commanded = (nonce: number, account: 0 | 1 = 0) =>
    ({
      event: 'commanded',
      digest: `0x${nonce.toString(16).padStart(64, '0')}`,
      command: {
        account: accounts[account],
        deviceId: 'device',
        action: 'curtail',
        powerW: 100,
        expiresAtMs: 2_000_000_000_000,
        nonce,
      },
      signature: `0x${'ab'.repeat(65)}`,
      url: 'x'.repeat(8_000),
      identity: [],
      writes: [{ unit: 1, address: 1, hex: '0001' }],
      revert: [{ unit: 1, address: 1, hex: '0000' }],
    }) as const
  const MIB = 1_048_576
  /** One by the second account, then so many of the first; the last one is at work. */
  const filled = (file: string, commands: number) =>
    Effect.gen(function* () {
      const { append, records } = yield* openJournalFile(file)
      yield* append(commanded(7, 1), 1_000)
      for (let nonce = 1; nonce <= commands; nonce++) {
        yield* append({ event: 'reverted', digest: commanded(nonce - 1).digest }, 1_000 * nonce)
        yield* append(commanded(nonce), 1_000 * nonce)
      }
      return records()
    })

  it('stays small, and knows all the same what is at work, whose nonces are used and what was changed lately', async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const file = join(yield* folder, 'control.ndjson')
          const records = yield* Effect.scoped(filled(file, 400))
          const [first] = records
          expect(first?.entry.event).toBe('continued')
          expect(records.at(-1)?.sequence).toBeGreaterThan(801)
          expect(statSync(file).size).toBeLessThan(1.1 * MIB)
          expect(statSync(`${file}.before`).size).toBeLessThan(1.1 * MIB)
          expect(
            readdirSync(dirname(file))
              .filter((name) => name.startsWith('control.ndjson'))
              .sort(),
          ).toEqual(['control.ndjson', 'control.ndjson.before', 'control.ndjson.lock'])
          const again = yield* openJournalFile(file)
          expect(again.records()).toEqual(records)
          const state = controlState(again.records(), 'device')
          expect(state.active?.command.nonce).toBe(400)
          expect([...state.nonces]).toEqual([
            [accounts[0], 400],
            [accounts[1], 7],
          ])
          expect(state.changesMs.filter((ms) => ms > 340_000)).toHaveLength(60)
          // The chain goes on from the last line of the file that was put aside.
          const before = readFileSync(`${file}.before`, 'utf8').trimEnd().split('\n').at(-1) ?? ''
          expect(first?.previousHash).toBe(keccak(before))
        }),
      ),
    )
  }, 60_000)

  it('goes on from what a crash has left of putting it aside', async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const file = join(yield* folder, 'control.ndjson')
          const records = yield* Effect.scoped(filled(file, 140))
          renameSync(file, `${file}.part`) // between the two renames
          const { records: found } = yield* Effect.scoped(openJournalFile(file))
          expect(found()).toEqual(records)
          writeFileSync(`${file}.part`, '{"entry":') // in the middle of the new one's first line
          const { append, records: kept } = yield* openJournalFile(file)
          expect(kept()).toEqual(records)
          for (let nonce = 141; nonce <= 280; nonce++) yield* append(commanded(nonce), 1_000 * nonce)
          expect(kept()[0]?.sequence).toBeGreaterThan(records[0]?.sequence ?? 0)
          expect(existsSync(`${file}.part`)).toBe(false)
        }),
      ),
    )
  }, 60_000)
})

describe('a journal that is none', () => {
  it.each(['/dev/zero', '/dev/null'])('is refused where it is a link to %s', async (device) => {
    const refused = Effect.gen(function* () {
      const file = join(yield* folder, 'control.ndjson')
      symlinkSync(device, file)
      return yield* Effect.flip(openJournalFile(file))
    })
    expect((await Effect.runPromise(Effect.scoped(refused))).message).toMatch(
      /is no journal: expected a file of at most/,
    )
  })
})
