import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { depthAt, depthDomain, depthPath } from '../../ui/src/market/depth-scale.ts'
import { ladderOf } from '../../ui/src/market/ladder.ts'
import { tariffLines } from '../../ui/src/price/price-scale.ts'

type Levels = readonly (readonly [priceEurPerMWh: number, openWh: number])[]

const ladder = (bids: Levels, asks: Levels) => {
  const side = (levels: Levels) => new Map(levels.map(([price, openWh]) => [price, [price, openWh, 1] as const]))
  return ladderOf({ bids: side(bids), asks: side(asks) }, Number.POSITIVE_INFINITY)
}

describe('the depth of a book', () => {
  it('is what one could sell at a price or better, and buy at it or better', () => {
    const bids: Levels = [
      [160, 200],
      [150, 100],
    ]
    const asks: Levels = [
      [170, 10],
      [180, 300],
    ]
    const sides = ladder(bids, asks)
    const at = (priceEurPerMWh: number) => [
      depthAt(sides.bids, { priceEurPerMWh, side: 'bid' }),
      depthAt(sides.asks, { priceEurPerMWh, side: 'ask' }),
    ]
    expect(at(149)).toEqual([300, 0])
    expect(at(150)).toEqual([300, 0])
    expect(at(151)).toEqual([200, 0])
    expect(at(165)).toEqual([0, 0])
    expect(at(170)).toEqual([0, 10])
    expect(at(999)).toEqual([0, 310])
  })

  it('equals the sum of the levels that are good enough, at every price', () => {
    const levels = fc.uniqueArray(fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 1, max: 900 })), {
      selector: ([price]) => price,
    })
    fc.assert(
      fc.property(levels, fc.integer({ min: -600, max: 600 }), (all, priceEurPerMWh) => {
        const sum = (isGood: (price: number) => boolean) =>
          all.reduce((total, [price, openWh]) => total + (isGood(price) ? openWh : 0), 0)
        const sides = ladder(all, all)
        expect(depthAt(sides.bids, { priceEurPerMWh, side: 'bid' })).toBe(sum((price) => price >= priceEurPerMWh))
        expect(depthAt(sides.asks, { priceEurPerMWh, side: 'ask' })).toBe(sum((price) => price <= priceEurPerMWh))
      }),
      { numRuns: 200, seed: 42 },
    )
  })

  it('is drawn in steps from the best price to the edge', () => {
    const { bids, asks } = ladder(
      [
        [160, 200],
        [150, 100],
      ],
      [],
    )
    const scale = { x: (price: number) => price, y: (energyWh: number) => 400 - energyWh, edge: 0 }
    expect(depthPath(bids, scale)).toBe('M160.0 400.0H160.0V200.0H150.0V100.0H0.0V400.0Z')
    expect(depthPath(asks, scale)).toBe('')
  })

  it('shows what neighbours share and all levels, but does not follow an odd order far away', () => {
    const lines = tariffLines(defaultMarketRules)
    const [low, high] = depthDomain(ladder([[100, 1]], [[200, 1]]), lines)
    expect(low).toBeLessThan(lines.feedIn)
    expect(high).toBeGreaterThan(lines.ceiling)
    const odd = depthDomain(ladder([[-500, 1]], [[4_000, 1]]), lines)
    expect(odd).toEqual([lines.feedIn - 240, lines.ceiling + 240])
  })
})
