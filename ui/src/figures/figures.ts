import type { SlotPhase } from '#protocol/market-event.ts'
import type { Picture, PictureSlot } from '#protocol/picture/picture.ts'
import type { Fairness } from '#protocol/picture/run.ts'
import { type Figure, type FigureName, unknownFigure } from './figure.ts'
import { settlementFigures } from './settlement-figures.ts'
import { SlotFigures } from './slot-figures.ts'
import { shareOf, sumSlots } from './slot-sums.ts'
import { type Over, slotsOf } from './span.ts'

/** What a street comes to. Energy in Wh, power in W, money in µEUR, prices in EUR/MWh, time in ms, shares 0 … 1. */
export interface Figures extends Readonly<Record<FigureName, Figure>> {
  /** what every `change` is against */
  readonly over: Over
  readonly homes: number
  readonly trades: number
  /** whether the street took or gave most at its peak */
  readonly peakIs: 'taken' | 'given'
  /** of the cost with the tariffs alone */
  readonly savedShare: number | null
  /** energy traded for the last day's stated slots ÷ import that was metered in them */
  readonly tradedShare: number | null
  /** homes that the market has cost more than it saved; null: nobody says */
  readonly homesThatLost: number | null
  readonly finalBatches: number
  /** final batches that are counted, when older ones are forgotten; else null */
  readonly keptBatches: number | null
}

/** Phases in which a slot's book is closed for good, and those in which its meters have all spoken. */
const closed: ReadonlySet<SlotPhase> = new Set(['closed', 'delivering', 'metering', 'settling', 'disputed', 'settled'])
const stated: ReadonlySet<SlotPhase> = new Set(['settling', 'disputed', 'settled'])

/**
 * Works the figures out from a picture, at a time of its clock; fairness alone needs more than it holds. Those of slots are over the last day, of closed
 * slots for what was traded and of stated ones for what was metered; those of money over the final batches kept.
 */
export function figuresOf(now: {
  readonly picture: Picture
  readonly clockMs: number
  readonly slotMinutes: number
  readonly isOverdue: (home: number) => boolean
  /** what the gateway says of the homes' bills, if anything */
  readonly fairness?: Fairness | null
}): Figures {
  const { picture, clockMs, slotMinutes, fairness = null } = now
  const statedSlots = slotsIn(picture, stated)
  const perDay = slotsOf('day', slotMinutes)
  const kept = (statedSlots.at(-1)?.slot ?? 0) - (statedSlots[0]?.slot ?? 0) + 1
  const over: Over = kept >= 2 * perDay ? 'day' : 'hour'
  const metered = new SlotFigures(statedSlots, { over, slotMinutes })
  const market = new SlotFigures(slotsIn(picture, closed), { over, slotMinutes })
  return {
    over,
    selfSufficiency: metered.figure(({ coveredWh, importWh }) => shareOf(coveredWh, importWh)),
    selfConsumption: metered.figure(({ coveredWh, exportWh }) => shareOf(coveredWh, exportWh)),
    peak: metered.figure(({ peakNetWh }) => (Math.abs(peakNetWh) * 60) / slotMinutes),
    peakIs: metered.sums.peakNetWh < 0 ? 'given' : 'taken',
    unmatched: market.figure(({ unmatchedWh }) => unmatchedWh),
    losses: metered.sums.lossesWh === null ? unknownFigure : metered.figure(({ lossesWh }) => lossesWh),
    price: market.figure(({ tradedMicroEur, tradedWh }) => shareOf(tradedMicroEur, tradedWh)),
    traded: tradedFigure(picture, market.day, slotsOf(over, slotMinutes)),
    fairness: { value: fairness?.giniOfSavings ?? null, change: null, history: [] },
    homesThatLost: fairness?.homesThatLost ?? null,
    active: activeFigure(now, { day: metered.day, before: statedSlots.at(-1 - slotsOf(over, slotMinutes)) }),
    usage: metered.figure(({ importWh }) => importWh),
    ...settlementFigures({ picture, clockMs, slotMinutes, over }),
    tradedShare: shareOf(metered.sums.tradedWh, metered.sums.importWh),
    homes: picture.homes.length,
    trades: picture.counts.trades,
  }
}

const slotsIn = (picture: Picture, phases: ReadonlySet<SlotPhase>): readonly PictureSlot[] =>
  [...picture.slots.values()].filter(({ phase }) => phases.has(phase)).sort((a, b) => a.slot - b.slot)

/** All that was ever traded. When is not kept; what can be told is how much of it was for the last slots that closed. */
function tradedFigure(picture: Picture, day: readonly PictureSlot[], lastSlots: number): Figure {
  return {
    value: picture.counts.tradedWh,
    change: day.length === 0 ? null : sumSlots(day.slice(-lastSlots)).tradedWh,
    history: day.map(({ tradedWh }) => tradedWh),
  }
}

/** Homes whose meter has spoken within two of its ticks; earlier, those whose meter has stated a slot. */
function activeFigure(
  now: { readonly picture: Picture; readonly isOverdue: (home: number) => boolean },
  slots: { readonly day: readonly PictureSlot[]; readonly before: PictureSlot | undefined },
): Figure {
  const value = now.picture.homes.filter(({ home, readingTimeMs }) => readingTimeMs > 0 && !now.isOverdue(home)).length
  const stating = ({ statements, estimates }: PictureSlot) => statements - estimates
  const { day, before } = slots
  return { value, change: before === undefined ? null : value - stating(before), history: day.map(stating) }
}
