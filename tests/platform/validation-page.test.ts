import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { validationFile, validationPage } from '#platform/validation-page.ts'
import { allNear, between, near, same } from '#sim/validation/validation-case.ts'

describe('docs/validation.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-validation-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  // As the command makes it, in a process of its own: that takes a third of the time it takes in here.
  it('is what the simulator says now (npm run docs makes it anew), and nothing in it is red', {
    timeout: 120_000,
  }, () => {
    const file = join(folder, 'validation.md')
    execFileSync(process.execPath, [join(import.meta.dirname, '../../platform/validation-page.ts'), file])
    const made = readFileSync(file, 'utf8')
    expect(made.split('\n').filter((line) => line.includes('**red**'))).toEqual([])
    expect(made.match(/\| green \|$/gm)?.length).toBeGreaterThan(300)
    expect(readFileSync(validationFile, 'utf8')).toBe(made)
  })
})

describe('a validation case', () => {
  const name = 'voltage'
  const of = { name, expected: 230, tolerance: 0.01, unit: 'V' }

  it('is green within its tolerance and red beyond it', () => {
    expect(near({ ...of, got: 230.009 })).toEqual({
      name,
      expected: '230 V',
      got: '230.009 V',
      tolerance: '0.01 V',
      isMet: true,
    })
    for (const got of [229.98, 230.02, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(near({ ...of, got }).isMet, `${got}`).toBe(false)
    }
  })

  it('tells the worst of many values, and no difference that is arithmetic alone', () => {
    const many = { ...of, expected: [1, 2, 3] }
    expect(allNear({ ...many, got: [1, 2.005, 3] })).toMatchObject({ got: '0.005 V off at most', isMet: true })
    expect(allNear({ ...many, got: [1, 2, 3 + 1e-12] })).toMatchObject({ got: 'less than 0.00001 V off at most' })
    for (const got of [
      [1.02, 2, 3],
      [1, Number.NaN, 3],
    ])
      expect(allNear({ ...many, got }).isMet).toBe(false)
    expect(() => allNear({ ...many, got: [1] })).toThrow(/1 values for 3/)
  })

  it('is held to a band, or to the same', () => {
    const band = { name, low: 850, high: 1150, unit: 'kWh', decimals: 0 }
    expect(between({ ...band, got: 1150 })).toMatchObject({
      expected: '850 to 1,150 kWh',
      got: '1,150 kWh',
      isMet: true,
    })
    expect(between({ ...band, got: 1151 }).isMet).toBe(false)
    expect(between({ ...band, got: 1151, tolerance: 2 })).toMatchObject({ tolerance: '2 kWh', isMet: true })
    expect(between({ ...band, got: Number.NaN }).isMet).toBe(false)
    expect(same({ name, expected: 566, got: 567 })).toMatchObject({ expected: '566', got: '567', isMet: false })
  })

  it('stands in a table of its subject, red where it is', () => {
    const page = validationPage([{ title: 'Sun', about: 'By hand.', cases: [near({ ...of, got: 240 })] }])
    expect(page).toContain('1 cases: 0 green, 1 red.')
    expect(page).toContain('| voltage | 230 V | 240 V | 0.01 V | **red** |')
  })
})
