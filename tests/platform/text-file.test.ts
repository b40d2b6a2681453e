import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { readSettings } from '#platform/settings/read-settings.ts'
import { textOf } from '#platform/text-file.ts'
import { loadScenario } from '#sim/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-text-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a file that a user names', () => {
  it('is read whole up to its limit, and refused beyond it', () => {
    const file = join(folder, 'text')
    const text = 'ü'.repeat(100_000)
    writeFileSync(file, text)
    expect(textOf(file, 200_000)).toBe(text)
    expect(() => textOf(file, 199_999)).toThrow('longer than 199999 bytes')
    expect(() => textOf(folder, 10)).toThrow(/EISDIR/)
    expect(() => textOf(join(folder, 'none'), 10)).toThrow(/ENOENT/)
  })

  it('may be one that never ends', async () => {
    expect(() => textOf('/dev/zero', 1_000)).toThrow('longer than 1000 bytes')
    expect(() => readSettings({ flags: {}, environment: {}, file: '/dev/zero' })).toThrow(/longer than/)
    await expect(Effect.runPromise(loadScenario('/dev/zero'))).rejects.toThrow(/longer than/)
  })
})
