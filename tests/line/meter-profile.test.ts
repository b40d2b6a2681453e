import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { meterProfile } from '../meter-agent/profile-json.ts'
import { commonwatt } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-profile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileOf = (name: string, text: string) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
const right = () => fileOf('right.json', JSON.stringify(meterProfile()))

describe('commonwatt meter profile', () => {
  it('finds nothing wrong with a file that is right, or with a built-in profile', async () => {
    for (const name of [right(), 'victron-gx']) {
      const { code, stdout, stderr } = await commonwatt(['meter', 'profile', 'lint', name])
      expect([code, stderr, stdout]).toEqual([0, '', `${name}: nothing is wrong\n`])
    }
  })

  it('names every field that is wrong, and exits with 2', async () => {
    const { grid } = meterProfile()
    const change = { wordOrder: 'middle', colour: 'red', grid: { ...grid, importWh: 7 } }
    const file = fileOf('wrong.json', JSON.stringify(meterProfile(change)))
    const { code, stdout, stderr } = await commonwatt(['meter', 'profile', 'lint', file])
    expect([code, stderr]).toEqual([2, `commonwatt: profile ${file} has 3 faults\n`])
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      'colour: expected no field of this name, not "red"',
      'grid.importWh: expected string, not 7',
      'wordOrder: expected "high-first" | "low-first", not "middle"',
    ])
  })

  it('runs the tests of a profile, and exits with 1 where one differs', async () => {
    const passed = await commonwatt(['meter', 'profile', 'test', right()])
    expect([passed.code, passed.stderr, passed.stdout]).toEqual([0, '', 'ok   export (3 values)\n'])
    const [first] = meterProfile().tests
    const tests = [{ ...first, expected: { 'grid.powerW': 412, watts: 1 } }]
    const file = fileOf('differs.json', JSON.stringify(meterProfile({ tests })))
    const failed = await commonwatt(['meter', 'profile', 'test', file])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toBe(`commonwatt: profile ${file}: 2 values are not as its tests expect\n`)
    expect(failed.stdout.split('\n').map((line) => line.trim())).toEqual([
      'FAIL export (2 values)',
      'grid.powerW: expected 412, it is -412',
      'watts: expected 1, nothing has this name',
      '',
    ])
  })

  it.each([
    ['lint', () => fileOf('half.json', '{')],
    ['lint', () => '/dev/zero'],
    ['test', () => fileOf('deep.json', `{"profile":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
    ['test', () => 'nobody'],
  ])('%s refuses what is no profile in one line', async (command, of) => {
    const file = of()
    const { code, stderr } = await commonwatt(['meter', 'profile', command, file])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^commonwatt: profile .*\n$/)
    expect(stderr).toContain(file)
  })
})
