import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { LEAST_TRUST, reasonsOf, trustOf } from '#protocol/trust.ts'

const bits = Object.values(ReadingQuality)
const anyQuality = fc.subarray(bits).map((some) => some.reduce((quality, bit) => quality | bit, 0))

describe('the trust in a reading', () => {
  it('is whole without a reason to doubt it, and never above one or below nothing', () => {
    expect(trustOf(0)).toBe(1)
    fc.assert(
      fc.property(anyQuality, (quality) => {
        expect(trustOf(quality)).toBeGreaterThanOrEqual(0)
        expect(trustOf(quality)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('never grows by one more reason', () => {
    fc.assert(
      fc.property(anyQuality, fc.constantFrom(...bits), (quality, bit) => {
        expect(trustOf(quality | bit)).toBeLessThanOrEqual(trustOf(quality))
      }),
    )
  })

  it.each([
    ['a gap and a zero that was held', ReadingQuality.afterGap | ReadingQuality.counterHeld, 'enough'],
    ['a wrap', ReadingQuality.counterWrapped, 'enough'],
    ['a spike', ReadingQuality.counterHeld | ReadingQuality.implausible, 'enough'],
    ['a reset', ReadingQuality.counterHeld | ReadingQuality.counterReset, 'too little'],
    ['a frozen power', ReadingQuality.frozen, 'too little'],
    ['energy that is not the power', ReadingQuality.energyMismatch, 'too little'],
    ['a sun at night', ReadingQuality.sunAtNight, 'too little'],
    ['a bit that nobody knows', 2 ** 40, 'too little'],
  ] as const)('of %s is %s', (_, quality, verdict) => {
    expect(trustOf(quality) >= LEAST_TRUST).toBe(verdict === 'enough')
  })

  it('is what the documentation says of each reason, and of no other', () => {
    const rows = readFileSync(join(import.meta.dirname, '../../docs/trust.md'), 'utf8').matchAll(
      /^\| (\d+) \| `(\w+)` \| .* \| ([\d.]+) \|$/gm,
    )
    const documented = [...rows].map(([, bit, reason, leaves]) => [reason, Number(bit), Number(leaves)])
    expect(documented).toEqual(Object.entries(ReadingQuality).map(([reason, bit]) => [reason, bit, trustOf(bit)]))
  })

  it('has a name for each reason', () => {
    expect(reasonsOf(ReadingQuality.counterHeld | ReadingQuality.sunAtNight)).toEqual(['counterHeld', 'sunAtNight'])
    expect(new Set(bits).size).toBe(bits.length)
    expect(bits.every((bit) => Number.isInteger(Math.log2(bit)))).toBe(true)
  })
})
