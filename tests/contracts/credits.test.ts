import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { creditsOf } from '#contracts/index.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { anyDelivery, home, statement, trade } from './deliveries.ts'

const slot = 7
const [seller, first, second] = [home(0), home(1), home(2)]
const sale = (n: number, buyer: `0x${string}`, energyWh: number) =>
  trade({ slot, n, seller, buyer, priceEurPerMWh: 100, energyWh })

describe('energy credits', () => {
  it('go to the buyers, first trade first, as far as the seller fed in', () => {
    const trades = [sale(1, first, 300), sale(2, second, 300), sale(3, first, 300)]
    expect(creditsOf({ slot, trades, statements: [statement({ slot, account: seller, exportWh: 700 })] })).toEqual([
      { account: first, source: seller, slot, amountWh: 400 },
      { account: second, source: seller, slot, amountWh: 300 },
    ])
  })

  it('are not earned by what was fed in but not sold, nor by an estimate', () => {
    const trades = [sale(1, first, 300)]
    const metered = statement({ slot, account: seller, exportWh: 900 })
    expect(creditsOf({ slot, trades, statements: [metered] })).toMatchObject([{ amountWh: 300 }])
    expect(creditsOf({ slot, trades, statements: [{ ...metered, estimated: true }] })).toEqual([])
  })

  it('are not earned by a statement that is too doubtful: its energy is settled at the tariffs', () => {
    const trades = [sale(1, first, 300)]
    const metered = statement({ slot, account: seller, exportWh: 900 })
    const creditsBy = (quality: number) => creditsOf({ slot, trades, statements: [{ ...metered, quality }] })
    const { afterGap, counterHeld, counterReset, frozen } = ReadingQuality
    expect(creditsBy(afterGap | counterHeld)).toMatchObject([{ amountWh: 300 }])
    expect(creditsBy(counterHeld | counterReset)).toEqual([])
    expect(creditsBy(frozen)).toEqual([])
  })

  it('are not earned by trading with oneself, nor kept from the neighbour who buys after that', () => {
    const trades = [sale(1, seller, 500), sale(2, first, 500)]
    expect(creditsOf({ slot, trades, statements: [statement({ slot, account: seller, exportWh: 500 })] })).toEqual([
      { account: first, source: seller, slot, amountWh: 500 },
    ])
  })

  it('I4: per seller and slot they are exactly min(sold, attested export)', () => {
    fc.assert(
      fc.property(anyDelivery(slot), (delivery) => {
        const credits = creditsOf(delivery)
        for (const { account, exportWh, estimated } of delivery.statements) {
          const sold = delivery.trades.filter((t) => t.seller === account).reduce((sum, t) => sum + t.energyWh, 0)
          const earned = credits.filter((c) => c.source === account).reduce((sum, c) => sum + c.amountWh, 0)
          expect(earned).toBe(estimated ? 0 : Math.min(sold, exportWh))
        }
      }),
    )
  })
})
