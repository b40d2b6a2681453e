import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TraderName } from '#meter-agent/index.ts'
import { allocativeEfficiency } from '#sim/market-quality/allocative-efficiency.ts'
import { classicalLimits, classicalSession } from '#sim/market-quality/classical-market.ts'
import { equilibriumOf } from '#sim/market-quality/equilibrium.ts'
import { smithsAlpha } from '#sim/market-quality/smiths-alpha.ts'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const interest = (limitEurPerMWh: number, energyWh = 1) => ({ limitEurPerMWh, energyWh })

describe('the quality of a market', () => {
  it('is held against the equilibrium: 6 trades at 100 and a surplus of 300 with limits of 50 to 150', () => {
    const side = classicalLimits.map((limit) => interest(limit))
    expect(equilibriumOf({ buyers: side, sellers: side })).toEqual({
      priceEurPerMWh: 100,
      energyWh: 6,
      surplusMicroEur: 300,
    })
  })

  it('finds the price between the last pair that trades and the first that does not', () => {
    const buyers = [interest(200, 700), interest(150, 300)]
    const sellers = [interest(80, 600), interest(120, 100), interest(160, 500)]
    // 700 Wh trade; the buyer at 150 is left out, the seller at 160 too.
    expect(equilibriumOf({ buyers, sellers })).toEqual({
      priceEurPerMWh: 155,
      energyWh: 700,
      surplusMicroEur: 600 * 120 + 100 * 80,
    })
    expect(equilibriumOf({ buyers: [interest(79)], sellers })).toBeNull()
  })

  it('is 1 where the best pairs traded, less for any others, and nothing where there is nothing to gain', () => {
    const market = { buyers: [interest(200), interest(100)], sellers: [interest(50), interest(150)] }
    const pair = (buyerLimitEurPerMWh: number, sellerLimitEurPerMWh: number) => ({
      buyerLimitEurPerMWh,
      sellerLimitEurPerMWh,
      energyWh: 1,
    })
    expect(allocativeEfficiency({ ...market, trades: [pair(200, 50)] })).toBe(1)
    expect(allocativeEfficiency({ ...market, trades: [pair(200, 150), pair(100, 50)] })).toBeCloseTo(100 / 150)
    expect(allocativeEfficiency({ ...market, trades: [] })).toBe(0)
    expect(allocativeEfficiency({ buyers: [interest(10)], sellers: [interest(10)], trades: [] })).toBeNull()
  })

  it('is never above 1, whoever trades with whom', () => {
    const people = fc.array(
      fc.record({ limitEurPerMWh: fc.integer({ min: -50, max: 500 }), energyWh: fc.constant(1) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(people, people, (buyers, sellers) => {
        const trades = buyers.slice(0, sellers.length).map((buyer, index) => ({
          buyerLimitEurPerMWh: buyer.limitEurPerMWh,
          sellerLimitEurPerMWh: sellers[index]?.limitEurPerMWh ?? 0,
          energyWh: 1,
        }))
        expect(allocativeEfficiency({ buyers, sellers, trades }) ?? 0).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('measures by Smith’s alpha how far prices were off', () => {
    expect(smithsAlpha([90, 110], 100)).toBeCloseTo(0.1)
    expect(smithsAlpha([100, 100], 100)).toBe(0)
    expect(smithsAlpha([], 100)).toBeNull()
    expect(smithsAlpha([1], 0)).toBeNull()
  })
})

describe('the classical market of 11 buyers and 11 sellers', () => {
  const efficiency = (name: TraderName, sessions: number) => {
    const all = Array.from({ length: sessions }, (_, index) => classicalSession(name, index + 1))
    const figures = {
      efficiency: mean(all.map((one) => one.efficiency)),
      alpha: mean(all.map((one) => one.alpha ?? 0)),
      trades: mean(all.map((one) => one.trades)),
    }
    const words = Object.entries(figures).map(([figure, value]) => `${figure} ${value.toFixed(3)}`)
    console.info(`${name}, ${sessions} sessions: ${words.join(', ')}`)
    return figures.efficiency
  }
  const between = (value: number, low: number, high: number) => {
    expect(value).toBeGreaterThanOrEqual(low)
    expect(value).toBeLessThanOrEqual(high)
  }

  it('makes 92 to 96 % of the largest surplus with zero intelligence (Gode and Sunder), over 100 sessions', () => {
    between(efficiency('zero-intelligence', 100), 0.92, 0.96)
  })

  it('makes 60 to 74 % with truthful traders, over 100 sessions', () => {
    between(efficiency('truthful', 100), 0.6, 0.74)
  })

  it('makes more than zero intelligence with traders that learn: ZIP and AA above 96 %, GDX above 94 %', () => {
    between(efficiency('zip', 50), 0.96, 1)
    between(efficiency('adaptive-aggressive', 50), 0.96, 1)
    between(efficiency('gdx', 25), 0.94, 1)
  })

  it('goes the same way again with the same seed', () => {
    for (const name of ['zip', 'adaptive-aggressive', 'gdx'] as const) {
      expect(classicalSession(name, 5)).toEqual(classicalSession(name, 5))
    }
  })
})
