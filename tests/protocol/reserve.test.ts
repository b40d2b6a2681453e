import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reserveMicroEur } from '#protocol/reserve.ts'
import { feeLineMicroEur } from '#protocol/units.ts'
import { anyTerms, terms } from '../contracts/deliveries.ts'

const price = fc.integer({ min: -500, max: 4_000 })
const energy = fc.integer({ min: 1, max: 1_000_000 })

describe('what an order reserves', () => {
  it('a buy: its price, the local charge and the fee, rounded up a Wh', () => {
    const wish = { side: 'buy', energyWh: 1_000 } as const
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: 150 }, terms)).toBe(1_000 * (150 + 110 + 1)) // a fee of 0.375
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: 150 }, { ...terms, protocolFeeBp: 0 })).toBe(260_000)
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: -100 }, terms)).toBe(10_000) // the charge is more than the price
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: -111 }, terms)).toBe(0)
  })

  it('a sell: what the supplier takes for it beyond its price, and what a price below 0 costs', () => {
    const wish = { side: 'sell', energyWh: 1_000 } as const
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: 150 }, terms)).toBe(170_000)
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: 320 }, terms)).toBe(0)
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: 400 }, terms)).toBe(0)
    expect(reserveMicroEur({ ...wish, priceEurPerMWh: -20 }, terms)).toBe(360_000)
  })

  it('is a whole number from 0, the sum of its parts, and never less at a worse price', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('buy', 'sell'),
        price,
        energy,
        energy,
        anyTerms,
        (side, priceEurPerMWh, a, b, any) => {
          const of = (energyWh: number, at = priceEurPerMWh) =>
            reserveMicroEur({ side, priceEurPerMWh: at, energyWh }, any)
          expect(Number.isSafeInteger(of(a)) && of(a) >= 0).toBe(true)
          expect(of(a) + of(b)).toBe(of(a + b))
          expect(of(a, priceEurPerMWh + (side === 'buy' ? 1 : -1))).toBeGreaterThanOrEqual(of(a))
        },
      ),
    )
  })

  it('covers what the trade costs in the end: a purchase with all its lines, a sale that delivers nothing', () => {
    fc.assert(
      fc.property(price, energy, anyTerms, (priceEurPerMWh, energyWh, any) => {
        const valueMicroEur = priceEurPerMWh * energyWh
        const { localChargeMilliEurPerMWh, retailMilliEurPerMWh } = any.tariff
        const chargeMicroEur = Math.ceil((energyWh * localChargeMilliEurPerMWh) / 1_000)
        const feeMicroEur = -feeLineMicroEur({ amountMicroEur: -Math.max(0, valueMicroEur), feeBp: any.protocolFeeBp })
        expect(reserveMicroEur({ side: 'buy', priceEurPerMWh, energyWh }, any)).toBeGreaterThanOrEqual(
          valueMicroEur + chargeMicroEur + feeMicroEur,
        )
        const suppliedMicroEur = Math.ceil((energyWh * retailMilliEurPerMWh) / 1_000)
        expect(reserveMicroEur({ side: 'sell', priceEurPerMWh, energyWh }, any)).toBeGreaterThanOrEqual(
          suppliedMicroEur - valueMicroEur,
        )
      }),
    )
  })
})
