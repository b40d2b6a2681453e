import { describe, expect, it } from 'vitest'
import type { BatchTotals } from '#protocol/market-event.ts'
import { applyEvent, emptyStreet } from '#protocol/street.ts'
import { figuresOf } from '../../ui/src/figures/figures.ts'
import { hash, StreetEvents, slot, startMs } from './street-events.ts'

const street = (events: StreetEvents) => {
  const folded = emptyStreet()
  for (const logged of events.log) applyEvent(folded, logged)
  return folded
}

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
const place = { transaction: hash(5), block: 3 }

const propose = (events: StreetEvents, number: number, changed: Partial<BatchTotals> = {}) =>
  events.add({
    type: 'BatchProposed',
    batch: {
      number,
      firstSlot: slot + number - 1,
      lastSlot: slot + number - 1,
      tradesRoot: hash(0),
      statementsRoot: hash(0),
      creditsRoot: hash(0),
      billsRoot: hash(0),
      termsHash: hash(0),
      logHead: hash(0),
      archiveHash: hash(0),
      totals: { ...totals, ...changed },
    },
    place,
  })
const finalise = (events: StreetEvents, number: number) => events.add({ type: 'BatchFinalized', number, place })

describe('figures', () => {
  it('the balance is what homes take and give at their connection points', () => {
    expect(figuresOf(street(StreetEvents.trading()), startMs)).toMatchObject({ takenW: 900, givenW: 1_500, netW: -600 })
  })

  it('the average price is weighed by energy', () => {
    const events = StreetEvents.trading()
    expect(figuresOf(street(events), startMs).vwapEurPerMWh).toBeNull()
    events.trade({ price: 100, energyWh: 300 })
    events.trade({ price: 200, energyWh: 100 })
    expect(figuresOf(street(events), startMs)).toMatchObject({ vwapEurPerMWh: 125, trades: 2, tradedWh: 400 })
  })

  it('says nothing about money before a batch is final', () => {
    const events = StreetEvents.trading()
    propose(events, 1)
    expect(figuresOf(street(events), startMs)).toMatchObject({
      savedMicroEur: null,
      savedShare: null,
      coveredShare: null,
      lagMs: null,
      creditsWh: 0,
      batchesProposed: 1,
      batchesFinal: 0,
    })
  })

  it('adds up final batches: saving, cover, credits, and how long ago the last final slot ended', () => {
    const events = StreetEvents.trading()
    propose(events, 1)
    finalise(events, 1)
    propose(events, 2, { importWh: 1_000, exportWh: 3_000, coveredWh: 1_000 })
    finalise(events, 2)
    propose(events, 3)
    expect(figuresOf(street(events), startMs + 2 * 900_000 + 5_000)).toMatchObject({
      savedMicroEur: 104_000,
      savedShare: 104_000 / 544_000,
      coveredShare: 0.8,
      creditsWh: 800,
      settledWh: 800,
      batchesProposed: 3,
      batchesFinal: 2,
      lagMs: 5_000,
      keptBatches: null,
    })
  })

  it('gives no share of a cost that is none, and says when older batches are forgotten', () => {
    const events = StreetEvents.trading()
    propose(events, 2, { costWithoutMarketMicroEur: -10, costMicroEur: -20 })
    finalise(events, 2)
    expect(figuresOf(street(events), startMs)).toMatchObject({ savedMicroEur: 10, savedShare: null, keptBatches: 1 })
  })
})
