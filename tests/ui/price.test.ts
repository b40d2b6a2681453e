import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { Page } from '../../ui/src/page.ts'
import { candleOf, candlesIn } from '../../ui/src/price/candles.ts'
import { phaseRuns, placeWords } from '../../ui/src/price/phase-runs.ts'
import { focusAt, priceScene } from '../../ui/src/price/price-scene.ts'
import { spreadApart } from '../../ui/src/price/spread-apart.ts'
import { StreetStory, slot, startMs } from './street-story.ts'

const traded = () => {
  const story = StreetStory.trading()
  for (const [price, energyWh] of [
    [180, 100],
    [210, 300],
    [170, 100],
    [190, 500],
  ] as const) {
    story.trade({ price, energyWh })
  }
  return story
}

const pageOf = ({ picture }: StreetStory, chosen: number | null = null) =>
  ({ picture, clockMs: startMs, slotMinutes: 15, slot: chosen }) as Page

describe('a candle', () => {
  it('is the first, highest, lowest and last price of a slot, and the average weighed by energy', () => {
    expect(candlesIn(traded().picture.slots, { first: slot - 4, length: 8 })).toEqual([
      {
        slot,
        openEurPerMWh: 180,
        highEurPerMWh: 210,
        lowEurPerMWh: 170,
        lastEurPerMWh: 190,
        averageEurPerMWh: 193,
        tradedWh: 1_000,
        trades: 4,
      },
    ])
  })

  it('is not there before the first trade, nor outside of the window', () => {
    const untraded = StreetStory.trading().picture.slots.get(slot)
    expect(untraded && candleOf(untraded)).toBeNull()
    expect(candlesIn(traded().picture.slots, { first: slot + 1, length: 8 })).toEqual([])
  })
})

describe('the phases of the row of slots', () => {
  const slots = new Map(
    (['settled', 'settled', 'halted', 'continuous', 'continuous', 'continuous'] as const).map((phase, i) => [
      i,
      { phase },
    ]),
  )
  slots.delete(4)

  it('are runs of equal phase; a slot that is not there ends a run', () => {
    expect(phaseRuns(slots, { first: 0, length: 6 })).toEqual([
      { phase: 'settled', first: 0, length: 2 },
      { phase: 'halted', first: 2, length: 1 },
      { phase: 'continuous', first: 3, length: 1 },
      { phase: 'continuous', first: 5, length: 1 },
    ])
  })

  it('say their words where they fit; a halt is told in any case, and nothing lies on it', () => {
    const x = (at: number) => at * 10
    const room = { x, left: 0, right: 60 }
    const words = placeWords(phaseRuns(slots, { first: 0, length: 6 }), { ...room, widthOf: () => 18 })
    // Settled has room of 20, of which the halt's word, 8 wider than its slot, takes 4.
    expect(words).toEqual([{ phase: 'halted', left: 16 }])
    const narrow = placeWords(phaseRuns(slots, { first: 0, length: 6 }), { ...room, widthOf: () => 10 })
    expect(narrow.map(({ phase }) => phase)).toEqual(['settled', 'halted', 'continuous', 'continuous'])
  })

  it('keep an urgent word inside of the chart', () => {
    const room = { x: (at: number) => at * 10, widthOf: () => 30, left: 0, right: 60 }
    expect(placeWords([{ phase: 'halted', first: 0, length: 1 }], room)).toEqual([{ phase: 'halted', left: 0 }])
    expect(placeWords([{ phase: 'call', first: 5, length: 1 }], room)).toEqual([{ phase: 'call', left: 30 }])
  })
})

describe('labels beside each other', () => {
  it('never come nearer than their height, stay in their room and keep their order', () => {
    const places = fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(places, (at) => {
        const moved = spreadApart(at, { gap: 20, low: 10, high: 200 })
        const inOrder = at
          .map((from, i) => ({ from, to: moved[i] as number }))
          .sort((a, b) => a.from - b.from || a.to - b.to)
        for (const [i, { to }] of inOrder.entries()) {
          expect(to).toBeGreaterThanOrEqual(10)
          expect(to).toBeLessThanOrEqual(200)
          if (i > 0) expect(to - (inOrder[i - 1]?.to ?? 0)).toBeGreaterThanOrEqual(20 - 1e-9)
        }
      }),
      { numRuns: 300, seed: 42 },
    )
  })

  it('stay where they are when there is room', () => {
    expect(spreadApart([100, 20, 60], { gap: 30, low: 0, high: 200 })).toEqual([100, 20, 60])
  })
})

describe('the chart of prices', () => {
  const size = { width: 900, height: 300, slots: 64, focus: null }

  it('waits for the rules of the market', () => {
    const unopened = { ...pageOf(traded()), picture: { ...traded().picture, rules: null } }
    expect(priceScene({ page: unopened, ...size })).toBeNull()
  })

  it('holds both tariffs and every price between top and bottom, also prices beyond the tariffs', () => {
    const story = traded()
    story.trade({ price: 500, energyWh: 1 })
    story.trade({ price: -40, energyWh: 1 })
    const scene = priceScene({ page: pageOf(story), ...size })
    const { retailMilliEurPerMWh, feedInMilliEurPerMWh } = defaultMarketRules.tariff
    for (const price of [retailMilliEurPerMWh / 1_000, feedInMilliEurPerMWh / 1_000, 500, -40]) {
      expect(scene?.y(price)).toBeGreaterThan(scene?.top ?? 0)
      expect(scene?.y(price)).toBeLessThan(scene?.bottom ?? 0)
    }
  })

  it('follows the present, or the slot that is chosen beyond it', () => {
    const windowOf = (chosen: number | null) => priceScene({ page: pageOf(traded(), chosen), ...size })?.window
    expect(windowOf(null)).toEqual(windowOf(slot + 10))
    const far = windowOf(slot + 90)
    expect(far?.first).toBeLessThanOrEqual(slot + 90)
    expect((far?.first ?? 0) + (far?.length ?? 0)).toBeGreaterThan(slot + 90)
  })

  it('reads the slot and the price under a point back from where it drew them', () => {
    const scene = priceScene({ page: pageOf(traded()), ...size })
    if (scene === null) throw new Error('no scene')
    const at = { x: scene.x(slot + 0.5), y: scene.y(193) }
    expect(focusAt(scene, at)).toEqual({ slot, priceEurPerMWh: 193 })
    expect(focusAt(scene, { x: at.x, y: scene.bottom + 20 })).toEqual({ slot, priceEurPerMWh: null })
    expect(focusAt(scene, { x: scene.right + 5, y: at.y })).toBeNull()
  })
})
