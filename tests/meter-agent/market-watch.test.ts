import { describe, expect, it } from 'vitest'
import { type MarketLook, MarketWatch } from '#meter-agent/market-watch.ts'

/** A look at slots 7 and up: best bid and ask, price and Wh of the last trade. */
const look = (
  ...slots: readonly (readonly [number | null, number | null, (number | null)?, (number | null)?])[]
): MarketLook => ({
  slot: slots.map((_, index) => 7 + index),
  bidEurPerMWh: slots.map(([bid]) => bid),
  askEurPerMWh: slots.map(([, ask]) => ask),
  lastEurPerMWh: slots.map(([, , price]) => price ?? null),
  lastWh: slots.map(([, , , wh]) => wh ?? null),
})

describe('a watch on the market', () => {
  it('hears which prices lead, and when they are beaten, but not when they go', () => {
    const watch = new MarketWatch()
    expect(watch.newsIn(look([100, null])).get(7)).toEqual({
      bestBidEurPerMWh: 100,
      bestAskEurPerMWh: null,
      heard: [{ side: 'buy', priceEurPerMWh: 100, happened: 'leads' }],
    })
    expect(watch.newsIn(look([100, 150])).get(7)?.heard).toEqual([
      { side: 'sell', priceEurPerMWh: 150, happened: 'leads' },
    ])
    expect(watch.newsIn(look([90, 140])).get(7)?.heard).toEqual([
      { side: 'sell', priceEurPerMWh: 140, happened: 'leads' },
    ])
    expect(watch.newsIn(look([90, 140])).get(7)?.heard).toEqual([])
  })

  it('hears trades once, of the side whose order they met', () => {
    const watch = new MarketWatch()
    watch.newsIn(look([100, 150]))
    expect(watch.newsIn(look([100, 160, 150, 300])).get(7)?.heard).toEqual([
      { side: 'sell', priceEurPerMWh: 150, happened: 'traded' },
    ])
    expect(watch.newsIn(look([100, 160, 150, 300])).get(7)?.heard).toEqual([])
    expect(watch.newsIn(look([90, 160, 100, 200])).get(7)?.heard).toEqual([
      { side: 'buy', priceEurPerMWh: 100, happened: 'traded' },
    ])
  })

  it('keeps slots apart, and forgets those that are closed', () => {
    const watch = new MarketWatch()
    const both = watch.newsIn(look([100, 150], [110, null]))
    expect(both.get(8)?.heard).toEqual([{ side: 'buy', priceEurPerMWh: 110, happened: 'leads' }])
    watch.newsIn(look())
    expect(watch.newsIn(look([100, null])).get(7)?.heard).toHaveLength(1)
  })
})
