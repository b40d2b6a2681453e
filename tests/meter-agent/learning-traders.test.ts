import { describe, expect, it } from 'vitest'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { type Aim, aggressivenessOf, targetOf } from '#meter-agent/traders/aggressiveness.ts'
import { makeTrader, type TraderName } from '#meter-agent/traders/make-trader.ts'
import type { MarketNews, SlotNews } from '#meter-agent/traders/slot-news.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'

/** The limits of the default tariff, EUR/MWh. */
const [FLOOR, CAP] = [80, 210]
const GATE_MS = 3_600_000

/** A home of its own that is asked about one slot, once for each piece of news, and leads its side unless told otherwise. */
function pricesOf(
  name: TraderName,
  options: { readonly side: 'buy' | 'sell'; readonly news: readonly SlotNews[]; readonly slot?: number },
): readonly (number | null)[] {
  const trader = makeTrader(name)
  const random = seededRandom('home')
  let own: number | null = null
  return options.news.map((told, index) => {
    const leading = options.side === 'buy' ? 'bestBidEurPerMWh' : 'bestAskEurPerMWh'
    const news: SlotNews = { ...told, [leading]: told[leading] ?? own }
    const [quote] = trader.quotes({
      slots: [
        {
          slot: options.slot ?? 7,
          forecastNetWh: options.side === 'sell' ? 500 : -500,
          forecastErrorsWh: [],
          boughtWh: 0,
          soldWh: 0,
          msToGate: GATE_MS - index * 60_000,
          news,
        },
      ],
      rules: defaultMarketRules,
      tradingWindowMs: GATE_MS,
      random,
    })
    own = quote?.priceEurPerMWh ?? null
    return own
  })
}

const heard = (...news: readonly MarketNews[]): SlotNews => ({
  bestBidEurPerMWh: null,
  bestAskEurPerMWh: null,
  heard: news,
})
const traded = (priceEurPerMWh: number, side: 'buy' | 'sell' = 'sell'): MarketNews => ({
  side,
  priceEurPerMWh,
  happened: 'traded',
})
const leads = (priceEurPerMWh: number, side: 'buy' | 'sell'): MarketNews => ({
  side,
  priceEurPerMWh,
  happened: 'leads',
})
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

describe.each(['zip', 'adaptive-aggressive', 'gdx'] as const)('the %s trader', (name) => {
  it('wants more where the others trade dearer', () => {
    for (const side of ['buy', 'sell'] as const) {
      const [low, high] = [110, 180].map((price) =>
        pricesOf(name, { side, news: times(60, heard(traded(price))) }).at(-1),
      )
      expect(low ?? CAP, side).toBeLessThan(high ?? FLOOR)
    }
  })

  it('gives way when rivals underbid it, down to its limit and no further', () => {
    const rivals = Array.from({ length: 100 }, (_, index) => Math.max(FLOOR, 200 - 2 * index))
    const news = rivals.map((price) => ({ ...heard(leads(price, 'sell')), bestAskEurPerMWh: price }))
    const prices = pricesOf(name, { side: 'sell', news }).filter((price) => price !== null)
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(FLOOR)
    expect(Math.max(...prices)).toBeLessThanOrEqual(CAP)
    expect(prices.at(-1) ?? CAP).toBeLessThan(100)
  })

  it('ends a stand-off: where nothing happens any more, it goes to meet the other side', () => {
    const news = times(200, { bestBidEurPerMWh: null, bestAskEurPerMWh: 170, heard: [] })
    const prices = pricesOf(name, { side: 'buy', news: [heard(traded(150)), ...news] })
    expect(prices.some((price) => price !== null && price >= 170)).toBe(true)
  })

  it('answers the same for the same news, and remembers nothing of a slot in another', () => {
    const news = [heard(traded(100)), heard(leads(90, 'buy')), heard(traded(110, 'buy'))]
    expect(pricesOf(name, { side: 'sell', news })).toEqual(pricesOf(name, { side: 'sell', news, slot: 8 }))
  })

  it('bids without any news', () => {
    for (const side of ['buy', 'sell'] as const) {
      const [price] = pricesOf(name, { side, news: [heard()] })
      expect(price).toBeGreaterThanOrEqual(FLOOR)
      expect(price).toBeLessThanOrEqual(CAP)
    }
  })
})

describe('aggressiveness', () => {
  const buyer: Aim = { limitEurPerMWh: 210, bestEurPerMWh: 80, equilibriumEurPerMWh: 150, curve: -3 }
  const seller: Aim = { ...buyer, limitEurPerMWh: 80, bestEurPerMWh: 210 }

  it('reaches from all the profit there may be, over the equilibrium, to the limit', () => {
    expect([-1, 0, 1].map((aggressiveness) => targetOf(buyer, aggressiveness))).toEqual([80, 150, 210])
    expect([-1, 0, 1].map((aggressiveness) => targetOf(seller, aggressiveness))).toEqual([210, 150, 80])
  })

  it('stays at the limit of who could not trade at the equilibrium', () => {
    const outside = { ...buyer, limitEurPerMWh: 120 }
    expect([0, 0.5, 1].map((aggressiveness) => targetOf(outside, aggressiveness))).toEqual([120, 120, 120])
    expect(aggressivenessOf(outside, 140)).toBe(0)
  })

  it('is found again from the price it aims at, however the aim bends', () => {
    for (const aim of [buyer, seller]) {
      for (const curve of [-8, -1, 0, 2]) {
        for (const aggressiveness of [-0.9, -0.3, 0.2, 0.7]) {
          const bent = { ...aim, curve }
          expect(aggressivenessOf(bent, targetOf(bent, aggressiveness))).toBeCloseTo(aggressiveness, 6)
        }
      }
    }
  })
})
