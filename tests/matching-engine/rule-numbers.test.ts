import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../docs/matching.md'), 'utf8')
const numbers = [...page.matchAll(/^- \*\*(M\d+)\*\* /gm)].map((match) => match[1])

const folder = join(import.meta.dirname, 'rules')
const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'))
/** The titles that carry numbers, as they stand in the source: `M1: …`, `M1, M2: …`. */
const titles = files.flatMap((file) =>
  [...readFileSync(join(folder, file), 'utf8').matchAll(/['"`](M\d+(?:, M\d+)*): /g)].map((match) => ({
    file,
    carried: (match[1] ?? '').split(', '),
  })),
)
const carried = new Set(titles.flatMap((title) => title.carried))

describe('the rules of docs/matching.md', () => {
  it('are numbered without a gap', () => {
    expect(numbers.length).toBeGreaterThan(70)
    expect(numbers).toEqual(numbers.map((_, index) => `M${index + 1}`))
  })

  it('have each a test that carries the number, and no test carries another', () => {
    expect([...carried].sort()).toEqual([...numbers].sort())
  })

  it('are what every test of the rules speaks for', () => {
    for (const file of files) {
      const tests = readFileSync(join(folder, file), 'utf8').match(/^\s*it(?:\.\w+)?\(/gm) ?? []
      expect(titles.filter((title) => title.file === file).length, file).toBe(tests.length)
    }
  })
})
