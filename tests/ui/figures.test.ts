import { describe, expect, it } from 'vitest'
import type { BatchTotals } from '#protocol/market-event.ts'
import { figuresOf } from '../../ui/src/figures/figures.ts'
import { showFigure } from '../../ui/src/figures/shown-figure.ts'
import { sparkPath } from '../../ui/src/figures/spark-path.ts'
import { StreetStory, slot, startMs } from './street-story.ts'

const totals: BatchTotals = {
  trades: 1,
  tradedWh: 400,
  tradedMicroEur: 60_000,
  localChargeMicroEur: 44_000,
  importWh: 1_000,
  exportWh: 600,
  coveredWh: 600,
  costMicroEur: 220_000,
  costWithoutMarketMicroEur: 272_000,
  creditsWh: 400,
}
const slotMs = 900_000

const figures = (story: StreetStory, at: { readonly clockMs?: number; readonly overdue?: readonly number[] } = {}) =>
  figuresOf({
    picture: story.picture,
    clockMs: at.clockMs ?? startMs,
    slotMinutes: 15,
    isOverdue: (home) => (at.overdue ?? []).includes(home),
  })

/** A slot that was traded, closed and stated by both homes. */
function pass(
  story: StreetStory,
  told: {
    readonly slot: number
    readonly importWh: number
    readonly exportWh: number
    readonly trades?: readonly { readonly price: number; readonly energyWh: number }[]
    readonly unmatchedWh?: number
    readonly by?: 'meter' | 'estimate'
  },
) {
  const { importWh, exportWh, by = 'meter', trades = [], unmatchedWh = 0 } = told
  story.phase('continuous', told.slot)
  for (const trade of trades) story.trade({ ...trade, slot: told.slot })
  if (unmatchedWh > 0) story.tell({ type: 'unmatched', slot: told.slot, energyWh: unmatchedWh })
  story.phase('metering', told.slot)
  story.tell({ type: 'stated', home: 0, slot: told.slot, importWh, exportWh: 0, by })
  story.tell({ type: 'stated', home: 0, slot: told.slot, importWh: 0, exportWh, by: 'meter' })
  story.phase('settling', told.slot)
}

describe('figures of slots', () => {
  it('cover is met slot by slot: noon’s export is no help to the evening', () => {
    const story = StreetStory.trading()
    pass(story, { slot: slot - 2, importWh: 400, exportWh: 1_000 })
    pass(story, { slot: slot - 1, importWh: 600, exportWh: 0 })
    const { selfSufficiency, selfConsumption } = figures(story)
    expect(selfSufficiency.value).toBe(400 / 1_000)
    expect(selfConsumption.value).toBe(400 / 1_000)
    expect(selfSufficiency.history).toEqual([1, 0])
    expect(selfConsumption.history).toEqual([0.4, null])
  })

  it('the peak is the largest mean power through the transformer, whichever way', () => {
    const story = StreetStory.trading()
    pass(story, { slot: slot - 2, importWh: 900, exportWh: 400 })
    pass(story, { slot: slot - 1, importWh: 100, exportWh: 850 })
    expect(figures(story)).toMatchObject({ peak: { value: 3_000, history: [2_000, 3_000] }, peakIs: 'given' })
  })

  it('the average price is of closed slots, weighed by energy; what was not matched is told beside', () => {
    const story = StreetStory.trading()
    story.trade({ price: 999, energyWh: 50 })
    expect(figures(story).price.value).toBeNull()
    pass(story, {
      ...{ slot: slot - 1, importWh: 800, exportWh: 0, unmatchedWh: 70 },
      trades: [
        { price: 100, energyWh: 300 },
        { price: 200, energyWh: 100 },
      ],
    })
    expect(figures(story)).toMatchObject({
      price: { value: 125 },
      unmatched: { value: 70 },
      traded: { value: 450, change: 400, history: [400] },
      trades: 3,
      usage: { value: 800 },
      tradedShare: 0.5,
    })
  })

  it('says nothing of slots that are not stated yet', () => {
    const story = StreetStory.trading()
    story.tell({ type: 'stated', home: 0, slot, importWh: 500, exportWh: 0, by: 'meter' })
    expect(figures(story)).toMatchObject({
      selfSufficiency: { value: null, change: null, history: [] },
      peak: { value: null },
      usage: { value: null },
    })
  })

  it('a young street is held against an hour ago', () => {
    const story = StreetStory.trading()
    for (let n = 8; n > 4; n--) pass(story, { slot: slot - n, importWh: 100, exportWh: 20 })
    expect(figures(story).selfSufficiency).toMatchObject({ value: 0.2, change: null })
    for (let n = 4; n > 0; n--) pass(story, { slot: slot - n, importWh: 100, exportWh: 60 })
    expect(figures(story)).toMatchObject({
      over: 'hour',
      selfSufficiency: { value: 0.4, change: 0.2 },
      usage: { value: 800, change: 400 },
    })
  })

  it('a street of two days is held against a day ago, and counts the last day only', () => {
    const story = StreetStory.trading()
    for (let n = 192; n > 0; n--) pass(story, { slot: slot - n, importWh: 100, exportWh: n > 96 ? 25 : 50 })
    expect(figures(story)).toMatchObject({
      over: 'day',
      selfSufficiency: { value: 0.5, change: 0.25 },
      usage: { value: 9_600, change: 0 },
      active: { value: 2, change: 0 },
    })
    expect(figures(story).selfSufficiency.history).toHaveLength(96)
  })

  it('a meter is active that has spoken and is not overdue; before, one that stated a slot itself', () => {
    const story = StreetStory.trading()
    story.join('home-3')
    for (let n = 5; n > 0; n--)
      pass(story, { slot: slot - n, importWh: 1, exportWh: 1, by: n > 2 ? 'estimate' : 'meter' })
    expect(figures(story).active).toEqual({ value: 2, change: 1, history: [1, 1, 1, 2, 2] })
    expect(figures(story, { overdue: [1] }).active.value).toBe(1)
  })

  it('never says what no meter measures', () => {
    const story = StreetStory.trading()
    pass(story, { slot: slot - 1, importWh: 100, exportWh: 100 })
    expect(figures(story).losses).toEqual({ value: null, change: null, history: [] })
  })

  it('says what the wires of a simulated street have lost, and nothing where one slot’s losses are not known', () => {
    const story = StreetStory.trading()
    for (const n of [2, 1]) pass(story, { slot: slot - n, importWh: 100, exportWh: 100 })
    story.tell({ type: 'lost', slot: slot - 2, energyWh: 3_000 })
    expect(figures(story).losses.value).toBeNull()
    story.tell({ type: 'lost', slot: slot - 1, energyWh: 0 })
    expect(figures(story).losses).toMatchObject({ value: 3_000, history: [3_000, 0] })
    expect(showFigure('losses', figures(story))).toMatchObject({ value: '3.00', unit: 'kWh' })
  })
})

describe('figures of final batches', () => {
  it('says nothing about money before a batch is final', () => {
    const story = StreetStory.trading()
    story.propose(1, totals)
    expect(figures(story)).toMatchObject({
      saving: { value: null, change: null, history: [] },
      revenue: { value: null },
      velocity: { value: null },
      credits: { value: null },
      lag: { value: null },
      savedShare: null,
      finalBatches: 0,
      keptBatches: null,
    })
  })

  it('adds up saving, fees and credits, and tells what the last hour’s batches brought', () => {
    const story = StreetStory.trading()
    story.propose(1, { ...totals, feeMicroEur: 300 })
    story.timeMs = startMs + slotMs
    story.finish(1)
    story.propose(2, { ...totals, feeMicroEur: 200, costMicroEur: 262_000, creditsWh: 100 })
    story.timeMs = startMs + 3 * slotMs
    story.finish(2)
    story.propose(3, totals)
    expect(figures(story, { clockMs: startMs + 6 * slotMs })).toMatchObject({
      saving: { value: 62_000, change: 10_000, history: [52_000, 10_000] },
      savedShare: 62_000 / 544_000,
      revenue: { value: 500, change: 200 },
      credits: { value: 500, change: 100 },
      finalBatches: 2,
      keptBatches: null,
    })
  })

  it('the lag is from the end of the last final slot to now, and an hour ago to then', () => {
    const story = StreetStory.trading()
    story.propose(1, totals)
    story.timeMs = startMs + 2 * slotMs
    story.finish(1)
    story.propose(2, totals)
    story.timeMs = startMs + 7 * slotMs
    story.finish(2)
    // Now 6 slots after slot 2; an hour (4 slots) ago the last final one was slot 1, which ended 3 slots before.
    expect(figures(story, { clockMs: startMs + 8 * slotMs }).lag).toEqual({
      value: 6 * slotMs,
      change: 3 * slotMs,
      history: [slotMs, 5 * slotMs],
    })
  })

  it('velocity is the money paid in a day of slots for each euro in the vault', () => {
    const story = StreetStory.trading()
    story.propose(1, totals)
    story.finish(1)
    expect(figures(story).velocity.value).toBeNull()
    story.tell({ type: 'funded', fundsMicroEur: 0 })
    expect(figures(story).velocity.value).toBeNull()
    story.tell({ type: 'funded', fundsMicroEur: 1_920_000 })
    // One slot of 60,000 µEUR; 96 such in a day.
    expect(figures(story).velocity).toEqual({ value: 3, change: null, history: [3] })
  })

  it('gives no share of a cost that is none, and says when older batches are forgotten', () => {
    const story = StreetStory.trading()
    story.propose(2, { ...totals, costWithoutMarketMicroEur: -10, costMicroEur: -20 })
    story.finish(2)
    expect(figures(story)).toMatchObject({ saving: { value: 10 }, savedShare: null, keptBatches: 1 })
    expect(showFigure('saving', figures(story)).note).not.toContain('nothing final')
  })
})

describe('figures as they are read', () => {
  it('a change has its sign, its unit, and how long it took', () => {
    const story = StreetStory.trading()
    for (let n = 8; n > 0; n--) pass(story, { slot: slot - n, importWh: 1_000, exportWh: n > 4 ? 400 : 384 })
    const shown = figures(story)
    expect(showFigure('selfSufficiency', shown)).toMatchObject({
      value: '39.2',
      unit: '%',
      change: 'Against an hour ago: −0.8 points.',
    })
    expect(showFigure('peak', shown)).toMatchObject({ value: '2.46', unit: 'kW', note: 'taken' })
    expect(showFigure('selfConsumption', shown)).toMatchObject({ value: '100.0', note: '±0.0' })
    expect(showFigure('usage', shown)).toMatchObject({ value: '8.00', unit: 'kWh', note: '0 % traded' })
  })

  it('what is not known has a dash without a unit, and a reason', () => {
    const shown = figures(StreetStory.trading())
    for (const name of ['losses', 'fairness', 'price', 'selfConsumption', 'velocity', 'lag', 'usage'] as const) {
      const { value, unit, note, change } = showFigure(name, shown)
      expect([name, value, unit, change]).toEqual([name, '–', '', ''])
      expect(note, name).not.toBe('')
    }
  })

  it('fairness is what the gateway makes of all bills, and no number while a home has lost', () => {
    const story = StreetStory.trading()
    story.propose(1, totals)
    story.finish(1)
    const read = (giniOfSavings: number | null, homesThatLost: number | null) => {
      const fairness = { fromBatch: 1, toBatch: 1, giniOfSavings, homesThatLost }
      const shown = figuresOf({
        picture: story.picture,
        clockMs: startMs,
        slotMinutes: 15,
        isOverdue: () => false,
        fairness,
      })
      const { value, note } = showFigure('fairness', shown)
      return [value, note]
    }
    expect(read(0.254, 0)).toEqual(['0.25', 'Gini, 0 is even'])
    expect(read(null, 1)).toEqual(['–', '1 home lost'])
    expect(read(null, null)).toEqual(['–', 'not known here'])
  })

  it('a sparkline spans its height, leaves gaps, and waits until there is a shape', () => {
    const box = { width: 48, height: 20 }
    expect(sparkPath([1, 2, 3, 4, 5], box)).toBe('')
    expect(sparkPath([0, 1, 0, null, 1, 0, 2], box)).toBe('M35.0,18.0L37.0,10.0L39.0,18.0M43.0,10.0L45.0,18.0L47.0,2.0')
    expect(sparkPath([7, 7, 7, 7, 7, 7], box)).toMatch(/^M37.0,10.0(L\d+\.0,10\.0){5}$/)
  })
})
