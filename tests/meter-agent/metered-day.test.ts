import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { reasonsOf } from '#protocol/trust.ts'
import { anyDay, liveDay } from './metered-day.ts'

const { counterHeld, counterWrapped } = ReadingQuality

describe('a day of a home whose device lies', () => {
  it('has not one Wh of phantom energy, loses only what a reset lost, and names a reason for each lie', () => {
    let wraps = 0
    fc.assert(
      fc.property(anyDay(fc), (plan) => {
        const { statements, trueWh, lostWh, qualities, ...day } = liveDay(plan)
        fc.pre(day.beforeWrapWh > 4_000 && !day.endsInDoubt) // nearer than the connection can carry in these minutes, nobody can tell it from a wrap
        expect(statements).toHaveLength(trueWh.length)
        for (const [slot, { importWh, exportWh, quality }] of statements.entries()) {
          const isReset = slot === plan.resetSlot
          const truth = trueWh[slot]
          if (truth === undefined) throw new Error('a statement of no slot')
          const place = `slot ${slot}: ${reasonsOf(quality).join(', ')}`
          expect(importWh, place).toBe(truth.importWh - (isReset ? lostWh : 0))
          expect(exportWh, place).toBe(truth.exportWh)
          const wrapped = (quality & counterWrapped) !== 0
          if (wrapped) wraps++
          const natural = (wrapped ? counterWrapped : 0) | (day.honestDoubts.has(slot) ? quality & counterHeld : 0)
          const expected = (qualities.get(slot) ?? 0) | natural
          expect(reasonsOf(quality), place).toEqual(reasonsOf(expected))
        }
      }),
      { numRuns: 12, seed: 5, endOnFailure: true },
    )
    expect(wraps).toBeGreaterThan(12)
  })
})
