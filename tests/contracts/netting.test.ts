import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { netSlot } from '#contracts/index.ts'
import { netMicroEur } from '#contracts/settlement/netting.ts'
import { anyDelivery, anyTerms, home, statement, terms, trade } from './deliveries.ts'

const [seller, buyer] = [home(0), home(1)]
const slot = 7
const sale = trade({ slot, n: 1, seller, buyer, priceEurPerMWh: 150, energyWh: 1_000 })

/** The bills of seller and buyer after the sale of 1 kWh at 15 ct and what their meters said. */
function afterSale(exportWh: number, importWh: number) {
  const statements = [statement({ slot, account: seller, exportWh }), statement({ slot, account: buyer, importWh })]
  const netted = netSlot({ slot, trades: [sale], statements }, terms)
  const [sold, bought] = netted.bills
  if (sold === undefined || bought === undefined) throw new Error('two homes have two bills')
  return { ...netted, sold, bought }
}

describe('netting a slot', () => {
  it('pays a trade in full at its price, the local charge to the grid, and the fee to the fund', () => {
    const { sold, bought, supplierMicroEur, gridMicroEur, fundMicroEur } = afterSale(1_000, 1_000)
    expect(sold).toMatchObject({
      tradesMicroEur: 150_000,
      localChargeMicroEur: 0,
      deviationWh: 0,
      deviationMicroEur: 0,
      feeMicroEur: 0,
    })
    expect(bought).toMatchObject({ tradesMicroEur: -150_000, localChargeMicroEur: -110_000, deviationMicroEur: 0 })
    expect([bought.paidMicroEur, bought.feeMicroEur]).toEqual([150_000, -375])
    expect([supplierMicroEur, gridMicroEur, fundMicroEur]).toEqual([0, 110_000, 375])
  })

  it('a seller who delivers less buys the rest at retail', () => {
    expect(afterSale(600, 1_000).sold).toMatchObject({
      tradesMicroEur: 150_000,
      deviationWh: -400,
      deviationMicroEur: -128_000,
    })
  })

  it('a seller who delivers more is paid the feed-in tariff for the rest', () => {
    expect(afterSale(1_500, 1_000).sold).toMatchObject({ deviationWh: 500, deviationMicroEur: 40_000 })
  })

  it('a buyer who uses less sells the rest at the feed-in tariff, one who uses more buys it at retail', () => {
    expect(afterSale(1_000, 700).bought).toMatchObject({ deviationWh: 300, deviationMicroEur: 24_000 })
    expect(afterSale(1_000, 1_200).bought).toMatchObject({ deviationWh: -200, deviationMicroEur: -64_000 })
  })

  it('knows what the same energy would have cost without the market', () => {
    const { sold, bought } = afterSale(1_000, 1_000)
    expect([sold.withoutMarketMicroEur, bought.withoutMarketMicroEur]).toEqual([80_000, -320_000])
  })

  it('finds no saving where nothing was traded, though a home took and gave in the same slot', () => {
    const statements = [statement({ slot, account: seller, importWh: 300, exportWh: 500 })]
    const [bill] = netSlot({ slot, trades: [], statements }, terms).bills
    expect(bill).toMatchObject({ deviationMicroEur: 16_000, withoutMarketMicroEur: 16_000 })
  })

  it('rounds each tariff line down once for the home; the remainder goes to the supplier', () => {
    const fine = { retailMilliEurPerMWh: 278_955, feedInMilliEurPerMWh: 81_235, localChargeMilliEurPerMWh: 110_333 }
    const one = trade({ slot, n: 1, seller, buyer, priceEurPerMWh: 100, energyWh: 1 })
    const statements = [
      statement({ slot, account: seller, exportWh: 2 }),
      statement({ slot, account: buyer, importWh: 2 }),
    ]
    const netted = netSlot({ slot, trades: [one], statements }, { tariff: fine, protocolFeeBp: 33 })
    expect(netted.bills[0]).toMatchObject({ deviationMicroEur: 81 }) // 81.235 received
    // 278.955, 110.333 and 0.33 paid
    expect(netted.bills[1]).toMatchObject({ deviationMicroEur: -279, localChargeMicroEur: -111, feeMicroEur: -1 })
    expect([netted.gridMicroEur, netted.fundMicroEur]).toEqual([110, 0])
    expect(netted.supplierMicroEur).toBe(279 - 81 + 1 + 1)
  })

  it('takes the fee of what was paid, once a slot, and none where the seller paid', () => {
    const buy = (n: number, priceEurPerMWh: number) => trade({ ...sale, slot, n, priceEurPerMWh, energyWh: 1_000 })
    const statements = [seller, buyer].map((account) => statement({ slot, account }))
    const { bills } = netSlot({ slot, trades: [buy(1, 101), buy(2, -500), buy(3, 102)], statements }, terms)
    expect(bills[1]).toMatchObject({ tradesMicroEur: 297_000, paidMicroEur: 203_000, feeMicroEur: -508 }) // 507.5
    expect(bills[0]).toMatchObject({ paidMicroEur: 0, feeMicroEur: 0 })
  })

  it('refuses a trader without a statement, two statements of one home, and records of another slot', () => {
    const mine = statement({ slot, account: seller })
    expect(() => netSlot({ slot, trades: [sale], statements: [mine] }, terms)).toThrow(/has no statement/)
    expect(() => netSlot({ slot, trades: [], statements: [mine, mine] }, terms)).toThrow(/two statements/)
    expect(() => netSlot({ slot: 8, trades: [], statements: [mine] }, terms)).toThrow(/of slot 7, not 8/)
  })

  it('whatever was traded and metered, money sums to zero and sold = bought', () => {
    fc.assert(
      fc.property(anyDelivery(slot), anyTerms, (delivery, anyRates) => {
        const { bills, supplierMicroEur, gridMicroEur, fundMicroEur } = netSlot(delivery, anyRates)
        const sum = (of: (bill: (typeof bills)[number]) => number) => bills.reduce((total, bill) => total + of(bill), 0)
        const homes = sum(netMicroEur)
        expect(homes + supplierMicroEur + gridMicroEur + fundMicroEur).toBe(0)
        expect(sum(({ tradesMicroEur }) => tradesMicroEur)).toBe(0)
        expect(sum(({ soldWh }) => soldWh)).toBe(sum(({ boughtWh }) => boughtWh))
        expect(sum(({ deviationWh }) => deviationWh)).toBe(sum(({ exportWh, importWh }) => exportWh - importWh))
      }),
      { numRuns: 300 },
    )
  })

  it('rounding costs a home less than 1 µEUR a line, and never the supplier', () => {
    fc.assert(
      fc.property(anyDelivery(slot), anyTerms, (delivery, rates) => {
        const { tariff } = rates
        for (const bill of netSlot(delivery, rates).bills) {
          const rate = bill.deviationWh >= 0 ? tariff.feedInMilliEurPerMWh : tariff.retailMilliEurPerMWh
          const lostMilli = bill.deviationWh * rate - bill.deviationMicroEur * 1_000
          expect(lostMilli).toBeGreaterThanOrEqual(0)
          expect(lostMilli).toBeLessThan(1_000)
        }
      }),
    )
  })
})
