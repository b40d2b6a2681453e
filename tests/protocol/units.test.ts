import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slotAt, slotStartMs } from '#protocol/slot.ts'
import { billLineMicroEur, feeLineMicroEur, tradeValueMicroEur } from '#protocol/units.ts'

describe('money and energy', () => {
  it('values a trade exactly: 300 EUR/MWh × 1 kWh = 30 ct', () => {
    expect(tradeValueMicroEur({ priceEurPerMWh: 300, energyWh: 1_000 })).toBe(300_000)
    expect(tradeValueMicroEur({ priceEurPerMWh: -50, energyWh: 3 })).toBe(-150)
  })

  it('refuses a value beyond exact integers', () => {
    expect(() => tradeValueMicroEur({ priceEurPerMWh: 4_000, energyWh: Number.MAX_SAFE_INTEGER })).toThrow(RangeError)
  })

  it('rounds a line of the bill down, whichever way the money goes', () => {
    expect(billLineMicroEur({ energyWh: 3, rateMilliEurPerMWh: 278_950 })).toBe(836)
    expect(billLineMicroEur({ energyWh: -3, rateMilliEurPerMWh: 278_950 })).toBe(-837)
    expect(billLineMicroEur({ energyWh: -2, rateMilliEurPerMWh: 500 })).toBe(-1)
  })

  it('takes a fee in basis points, rounded down likewise', () => {
    expect(feeLineMicroEur({ amountMicroEur: -150_000, feeBp: 25 })).toBe(-375)
    expect(feeLineMicroEur({ amountMicroEur: -150_001, feeBp: 25 })).toBe(-376)
    expect(feeLineMicroEur({ amountMicroEur: 150_001, feeBp: 25 })).toBe(375)
    expect(feeLineMicroEur({ amountMicroEur: -Number.MAX_SAFE_INTEGER, feeBp: 100 })).toBe(-90_071_992_547_410)
    expect(Object.is(feeLineMicroEur({ amountMicroEur: -0, feeBp: 25 }), 0)).toBe(true)
  })

  it('never gives a home more than the exact amount, nor takes a whole µEUR more', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e7, max: 1e7 }), fc.integer({ min: -1e6, max: 1e6 }), (energyWh, rate) => {
        const line = billLineMicroEur({ energyWh, rateMilliEurPerMWh: rate })
        const remainderMilli = BigInt(energyWh) * BigInt(rate) - BigInt(line) * 1000n
        expect(remainderMilli >= 0n && remainderMilli < 1000n).toBe(true)
      }),
    )
  })
})

describe('a slot', () => {
  it('begins at its start and ends where the next begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(5, 15, 30, 60), (timeMs, slotMinutes) => {
        const slot = slotAt({ timeMs, slotMinutes })
        expect(slotStartMs({ slot, slotMinutes })).toBeLessThanOrEqual(timeMs)
        expect(slotStartMs({ slot: slot + 1, slotMinutes })).toBeGreaterThan(timeMs)
      }),
    )
  })
})
