import type { Picture, PictureBatch } from '#protocol/picture/picture.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { Figure } from './figure.ts'
import { shareOf } from './slot-sums.ts'
import { type Over, overMs, slotsOf } from './span.ts'

/** Figures of final batches, as far as the picture keeps them. Money in µEUR, energy in Wh, time in ms. */
export interface SettlementFigures {
  /** cost with the tariffs alone − cost with the market, all homes; may be negative */
  readonly saving: Figure
  /** the saving as a share of the cost without, where that is a cost */
  readonly savedShare: number | null
  readonly revenue: Figure
  /** money paid between neighbours a day ÷ money free in the vault */
  readonly velocity: Figure
  /** Wh of credits that can be minted */
  readonly credits: Figure
  /** from the end of the last final slot to now */
  readonly lag: Figure
  readonly finalBatches: number
  /** final batches that are counted, when older ones are forgotten; else null */
  readonly keptBatches: number | null
}

type FinalBatch = PictureBatch & { readonly finalAtMs: number }

export function settlementFigures(now: {
  readonly picture: Picture
  readonly clockMs: number
  readonly slotMinutes: number
  readonly over: Over
}): SettlementFigures {
  const { picture, clockMs, slotMinutes } = now
  const final = [...picture.batches.values()].filter((batch): batch is FinalBatch => batch.finalAtMs !== null)
  const agoMs = clockMs - overMs(now.over)
  const total = (of: (batch: PictureBatch) => number): Figure => {
    const sum = (batches: readonly PictureBatch[]) => batches.reduce((all, batch) => all + of(batch), 0)
    return {
      value: final.length === 0 ? null : sum(final),
      change: final.length === 0 ? null : sum(final.filter(({ finalAtMs }) => finalAtMs > agoMs)),
      history: final.map(of),
    }
  }
  const saved = ({ totals }: PictureBatch) => totals.costWithoutMarketMicroEur - totals.costMicroEur
  const costWithout = final.reduce((all, { totals }) => all + totals.costWithoutMarketMicroEur, 0)
  const saving = total(saved)
  return {
    saving,
    savedShare: shareOf(saving.value ?? 0, costWithout),
    revenue: total(({ totals }) => totals.feeMicroEur ?? 0),
    velocity: velocityOf(final, { fundsMicroEur: picture.counts.fundsMicroEur, slotMinutes }),
    credits: total(({ totals }) => totals.creditsWh),
    lag: lagOf(final, { clockMs, agoMs, slotMinutes }),
    finalBatches: final.reduce((most, { number }) => Math.max(most, number), 0),
    keptBatches: final.length > 0 && !final.some(({ number }) => number === 1) ? final.length : null,
  }
}

function velocityOf(
  final: readonly FinalBatch[],
  { fundsMicroEur, slotMinutes }: { readonly fundsMicroEur: number | null; readonly slotMinutes: number },
): Figure {
  const perDay = slotsOf('day', slotMinutes)
  const of = (batches: readonly FinalBatch[]) => {
    const slots = batches.reduce((all, { firstSlot, lastSlot }) => all + lastSlot - firstSlot + 1, 0)
    const paidMicroEur = batches.reduce((all, { totals }) => all + totals.tradedMicroEur, 0)
    return slots === 0 ? null : shareOf((paidMicroEur * perDay) / slots, fundsMicroEur ?? 0)
  }
  // What was in the vault earlier is not kept, so there is no change to tell.
  return { value: of(final), change: null, history: final.map((batch) => of([batch])) }
}

function lagOf(
  final: readonly FinalBatch[],
  now: { readonly clockMs: number; readonly agoMs: number; readonly slotMinutes: number },
): Figure {
  const endMs = ({ lastSlot }: FinalBatch) => slotStartMs({ slot: lastSlot + 1, slotMinutes: now.slotMinutes })
  const lagAt = (atMs: number) => {
    const then = final.filter(({ finalAtMs }) => finalAtMs <= atMs)
    return then.length === 0 ? null : Math.max(0, atMs - Math.max(...then.map(endMs)))
  }
  const value = final.length === 0 ? null : Math.max(0, now.clockMs - Math.max(...final.map(endMs)))
  const before = lagAt(now.agoMs)
  return {
    value,
    change: value === null || before === null ? null : value - before,
    history: final.map((batch) => Math.max(0, batch.finalAtMs - endMs(batch))),
  }
}
