import { execFileSync, spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { openJournalFile } from '#meter-agent/control/journal-file.ts'
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
