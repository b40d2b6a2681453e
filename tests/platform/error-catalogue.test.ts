import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { problems } from '#matching-engine/index.ts'
import { errorCatalogue, errorCatalogueFile } from '#platform/error-catalogue.ts'
import { explanationOf, refusals } from '#protocol/refusal.ts'

const text = readFileSync(errorCatalogueFile, 'utf8')
const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)

describe('docs/errors.md', () => {
  it('is what the source says now (npm run docs makes it anew)', () => {
    expect(text).toBe(errorCatalogue())
  })

  it('has one entry for each name, where the type of a problem document points', () => {
    expect(new Set(headings.map((heading) => heading.toLowerCase())).size).toBe(headings.length)
    for (const code of [...Object.keys(refusals), ...Object.keys(problems)]) {
      expect(headings).toContain(code)
      expect(explanationOf(code)).toBe(`/docs/errors.md#${code.toLowerCase()}`)
    }
  })

  it('has every typed error and every custom error of the contracts', () => {
    const root = join(import.meta.dirname, '../..')
    const sources = (folder: string) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|sol)$/.test(name))
        .map((name) => readFileSync(join(root, folder, name), 'utf8'))
        .join('\n')
    const all = ['platform', 'meter-agent', 'matching-engine', 'contracts', 'sim'].map(sources).join('\n')
    const declared = [...all.matchAll(/TaggedError\('(\w+)'\)|^\s+error (\w+)\(/gm)].map(
      ([, one, other]) => one ?? other,
    )
    expect(declared.filter((name) => name !== 'HttpProblem' && !headings.includes(name as string))).toEqual([])
  })

  it('names no error that is not there', () => {
    for (const [, name] of text.matchAll(/`((?:Bad|Key|Scenario)\w+)`/g)) expect(headings).toContain(name)
  })
})
