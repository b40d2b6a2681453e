import { type NetHistory, type Outlook, SLOTS_AHEAD } from './history-forecaster.ts'
import { LeastSquares } from './least-squares.ts'
import { recentNetWh } from './persistence.ts'

const MINUTES_PER_DAY = 1_440
/** With fewer slots learnt than this, the last slots say what is expected. */
const LEARNT_LEAST_SLOTS = 48
/** A slot counts so much less than the one after it: half after a week of quarters of an hour. */
const FORGETTING = 0.999
/** What a kettle did yesterday says little of the same quarter of an hour today: so many slots on either side do. */
const YESTERDAY_EITHER_SIDE_SLOTS = 2
const FEATURES = 6
/** Sums stay small where Wh are counted in kWh. */
const WH = 1_000

/**
 * Linear regression, in whole Wh: a slot's net from a constant, the last known slot, the one before it, the mean of the
 * two before that, yesterday around the slot, and by how much yesterday changed between the two; one fit for each number
 * of slots ahead, kept up slot by slot by recursive least squares. It holds its forecast inside what the last days have
 * seen. A home's own, since it learns.
 */
export function regression(options: { readonly slotMinutes: number; readonly slotsAhead?: number }): Outlook {
  const { slotMinutes, slotsAhead = SLOTS_AHEAD } = options
  const slotsPerDay = MINUTES_PER_DAY / slotMinutes
  const fitsOf = (features: number) =>
    Array.from({ length: slotsAhead + 1 }, () => new LeastSquares(features, FORGETTING))
  const fits = fitsOf(FEATURES)
  const begunFits = fitsOf(FEATURES + 1)
  /** what the last days have seen, by the end of a slot: every slot ahead is held inside it */
  let seenTo: number | null = null
  let least = 0
  let most = 0

  const features = (history: NetHistory, slot: number, knownSlot: number): readonly number[] | null => {
    const last = history.get(knownSlot)
    const before = history.get(knownSlot - 1)
    if (last === undefined || before === undefined) return null
    const earlier = meanOf(history, knownSlot - 3, knownSlot - 2)
    const yesterday = aroundOf(history, slot - slotsPerDay)
    const yesterdayKnown = aroundOf(history, knownSlot - slotsPerDay)
    if (earlier === null || yesterday === null || yesterdayKnown === null) return null
    return [1, last / WH, before / WH, earlier / WH, yesterday / WH, (yesterday - yesterdayKnown) / WH]
  }
  return {
    name: 'regression',
    days: 2,
    learn: (history, { slot, begunWhOf }) => {
      const net = (history.get(slot) ?? 0) / WH
      for (let ahead = 1; ahead <= slotsAhead; ahead++) {
        const seen = features(history, slot, slot - ahead)
        if (seen === null) continue
        fits[ahead]?.learn(seen, net)
        const begunWh = begunWhOf(slot - ahead + 1)
        if (ahead >= 2 && begunWh !== null) begunFits[ahead]?.learn([...seen, begunWh / WH], net)
      }
    },
    netWh: (history, ask) => {
      const { begunWh } = ask
      const fit = (begunWh === null ? fits : begunFits)[ask.slot - ask.knownSlot]
      if (fit === undefined || fit.learnt < LEARNT_LEAST_SLOTS) return recentNetWh(history, ask)
      const known = features(history, ask.slot, ask.knownSlot)
      if (known === null) return recentNetWh(history, ask)
      const seen = begunWh === null ? known : [...known, begunWh / WH]
      if (seenTo !== ask.knownSlot) {
        seenTo = ask.knownSlot
        least = 0
        most = 0
        for (const net of history.values()) {
          least = Math.min(least, net)
          most = Math.max(most, net)
        }
      }
      return Math.round(Math.min(most, Math.max(least, fit.of(seen) * WH))) + 0
    },
  }
}

/** The mean of the slots around one that are known; null where none is. */
function aroundOf(history: NetHistory, slot: number): number | null {
  return meanOf(history, slot - YESTERDAY_EITHER_SIDE_SLOTS, slot + YESTERDAY_EITHER_SIDE_SLOTS)
}

/** The mean of the known slots from the first to the last; null where none is. */
function meanOf(history: NetHistory, firstSlot: number, lastSlot: number): number | null {
  let sum = 0
  let known = 0
  for (let slot = firstSlot; slot <= lastSlot; slot++) {
    const net = history.get(slot)
    if (net === undefined) continue
    sum += net
    known++
  }
  return known > 0 ? sum / known : null
}
