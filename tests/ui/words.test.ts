import { describe, expect, it } from 'vitest'
import { words as german } from '../../ui/src/words/de.ts'
import { words as english } from '../../ui/src/words/en.ts'
import { words as french } from '../../ui/src/words/fr.ts'
import { languageFor } from '../../ui/src/words/language.ts'
import { words as germanLater } from '../../ui/src/words/later/de.ts'
import { words as englishLater } from '../../ui/src/words/later/en.ts'
import { words as frenchLater } from '../../ui/src/words/later/fr.ts'

/** All texts with the path to each; those made of values with marks in their place. */
function texts(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, word]: [string, unknown]): [string, string][] => {
    const at = path === '' ? name : `${path}.${name}`
    if (typeof word === 'string') return [[at, word]]
    if (typeof word === 'function') return [[at, String(word(...marksFor(word.length)))]]
    return texts(word as object, at)
  })
}

/** Marks that are lists as well, for the texts that join some. */
const marksFor = (count: number) =>
  Array.from({ length: count }, (_, i) => Object.assign([`«${i}»`], { toString: () => `«${i}»` }))
const marksIn = (text: string) => [...text.matchAll(/«\d»/g)].map(([mark]) => mark).sort()

describe.each([
  ['page in German', german, english],
  ['page in French', french, english],
  ['rest of it in German', germanLater, englishLater],
  ['rest of it in French', frenchLater, englishLater],
])('the %s', (_, words, original) => {
  const spoken = texts(words)
  const said = new Map(texts(original))

  it('says all that it says in English, and nothing else', () => {
    expect(spoken.map(([path]) => path).sort()).toEqual([...said.keys()].sort())
    expect(spoken.filter(([path, text]) => (text === '') !== (said.get(path) === ''))).toEqual([])
  })

  it('tells every value that English tells', () => {
    const wrong = spoken.filter(([path, text]) => {
      // Its side is a word in English, and chooses one elsewhere.
      if (path === 'receipt.ordered') return false
      const [own, theirs] = [new Set(marksIn(text)), new Set(marksIn(said.get(path) ?? ''))]
      return own.size !== theirs.size || [...own].some((mark) => !theirs.has(mark))
    })
    expect(wrong).toEqual([])
  })

  it('is another language', () => {
    const same = spoken.filter(([path, text]) => text.length > 12 && text === said.get(path))
    // Addresses and a few names of things are the same everywhere.
    expect(same.map(([path]) => path).filter((path) => !path.startsWith('attach.addressExample'))).toEqual([])
  })
})

describe('the language of the page', () => {
  it('is the one asked for, else the viewer’s first that is spoken, else English', () => {
    expect(languageFor({ search: '?lang=fr', languages: ['de'] })).toBe('fr')
    expect(languageFor({ search: '?lang=xx', languages: ['it', 'de-AT', 'fr'] })).toBe('de')
    expect(languageFor({ search: '?lang=toString', languages: ['constructor'] })).toBe('en')
    expect(languageFor({ search: '', languages: [] })).toBe('en')
  })
})
