import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Canonical, canonicalJson } from '#protocol/canonical-json.ts'

const canonical = fc.letrec<{ value: Canonical }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value

describe('canonical JSON', () => {
  it('sorts keys, writes no spaces, leaves undefined out', () => {
    expect(canonicalJson({ b: [1, -0, null], a: 'ü"', c: undefined })).toBe('{"a":"ü\\"","b":[1,0,null]}')
  })

  it('means the same as JSON, and is one spelling for one value', () => {
    fc.assert(
      fc.property(canonical, (value) => {
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(JSON.parse(text) as Canonical)).toBe(text)
      }),
    )
  })

  it('refuses numbers that are not safe integers', () => {
    for (const number of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => canonicalJson({ number })).toThrow(RangeError)
    }
  })
})
