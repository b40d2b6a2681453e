import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ui = join(import.meta.dirname, '../../ui/src/words')
const files = await Promise.all(
  globSync('**/fr.ts', { cwd: ui }).map(async (file) => {
    const { words } = (await import(join(ui, file))) as { readonly words: object }
    return { file, words }
  }),
)

/** All texts; those made of values of several, of one, and of none where a value may be missing. */
function texts(words: object): readonly string[] {
  return Object.values(words).flatMap((word: unknown) => {
    if (typeof word === 'string') return [word]
    if (typeof word !== 'function') return texts(word as object)
    const several: readonly unknown[] = Array(word.length).fill(Object.assign(['2'], { toString: () => '2' }))
    return [several, several.map(() => '1'), several.map(() => ''), [...several.slice(1), null]].flatMap((values) => {
      try {
        return [String(word(...values))]
      } catch {
        // Made of a list, which is never missing.
        return []
      }
    })
  })
}

describe.each(files)('French in $file', ({ words }) => {
  it('has a narrow space that no line breaks at before its high marks and within its guillemets', () => {
    const said = texts(words)
    expect(said.length).toBeGreaterThan(50)
    // A mark with a bracket before it is a key; one with a letter after it is in an address or a range.
    const wrong = /(?<![\u202f(])[:;?!](?![^\s)])|(?<!\u202f)»|«(?!\u202f)/
    expect(said.filter((text) => wrong.test(text))).toEqual([])
  })
})
