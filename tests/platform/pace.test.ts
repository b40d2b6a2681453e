import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paceOf } from '#platform/run-street.ts'

describe('the pace of a street', () => {
  it('is calm on a real clock, and bounded by wall time on a fast one', () => {
    expect(paceOf({ speed: 1, slotMinutes: 15 })).toEqual({ pollEveryMs: 10_000, tradeEveryMs: 60_000 })
    expect(paceOf({ speed: 900, slotMinutes: 15 })).toEqual({ pollEveryMs: 450_000, tradeEveryMs: 900_000 })
  })

  it('polls at every slot boundary, at least twice a slot, and trades at least once', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 3_600, noNaN: true }),
        fc.constantFrom(5, 15, 30, 60),
        (speed, slotMinutes) => {
          const slotMs = slotMinutes * 60_000
          const { pollEveryMs, tradeEveryMs } = paceOf({ speed, slotMinutes })
          expect(slotMs % pollEveryMs).toBe(0)
          expect(Number.isSafeInteger(pollEveryMs)).toBe(true)
          expect(pollEveryMs).toBeLessThanOrEqual(slotMs / 2)
          expect(tradeEveryMs).toBeLessThanOrEqual(slotMs)
        },
      ),
    )
  })
})
