import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paceOf } from '#platform/run-street.ts'

describe('the pace of a street', () => {
  it('is calm on a real clock, and bounded by wall time on a fast one', () => {
    expect(paceOf({ speed: 1, slotMinutes: 15, homes: 12 })).toEqual({ pollEveryMs: 10_000, tradeEveryMs: 60_000 })
    expect(paceOf({ speed: 900, slotMinutes: 15, homes: 12 })).toEqual({ pollEveryMs: 450_000, tradeEveryMs: 900_000 })
  })

  it('leaves time for every home of a large street, as far as the slots allow', () => {
    expect(paceOf({ speed: 60, slotMinutes: 15, homes: 200 })).toEqual({ pollEveryMs: 450_000, tradeEveryMs: 900_000 })
    expect(paceOf({ speed: 1, slotMinutes: 15, homes: 200 })).toEqual({ pollEveryMs: 10_000, tradeEveryMs: 60_000 })
  })

  it('polls at every slot boundary, at least twice a slot, and trades at least once', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 3_600, noNaN: true }),
        fc.constantFrom(5, 15, 30, 60),
        fc.integer({ min: 1, max: 200 }),
        (speed, slotMinutes, homes) => {
          const slotMs = slotMinutes * 60_000
          const { pollEveryMs, tradeEveryMs } = paceOf({ speed, slotMinutes, homes })
          expect(slotMs % pollEveryMs).toBe(0)
          expect(Number.isSafeInteger(pollEveryMs)).toBe(true)
          expect(pollEveryMs).toBeLessThanOrEqual(slotMs / 2)
          expect(tradeEveryMs).toBeLessThanOrEqual(slotMs)
        },
      ),
    )
  })
})
