import { type NetHistory, type Outlook, SLOTS_AHEAD } from './history-forecaster.ts'
import { LeastSquares } from './least-squares.ts'
import { persistedNetWh } from './persistence.ts'

const MINUTES_PER_DAY = 1_440
/** With fewer slots learnt than this, persistence says what is expected. */
const LEARNT_LEAST_SLOTS = 48
/** A slot counts so much less than the one after it: half after two days of quarters of an hour. */
const FORGETTING = 0.9965
/** Sums stay small where Wh are counted in kWh. */
const WH = 1_000

/**
 * Linear regression, in whole Wh: a slot's net from a constant, the same slot yesterday, and by how much the last known
 * slot differs from its own yesterday; one fit for each number of slots ahead, kept up slot by slot by recursive least
 * squares. It holds its forecast inside what the last days have seen. A home's own, since it learns.
 */
export function regression(options: { readonly slotMinutes: number; readonly slotsAhead?: number }): Outlook {
  const { slotMinutes, slotsAhead = SLOTS_AHEAD } = options
  const slotsPerDay = MINUTES_PER_DAY / slotMinutes
  const fits = Array.from({ length: slotsAhead + 1 }, () => new LeastSquares(3, FORGETTING))

  const features = (history: NetHistory, slot: number, knownSlot: number): readonly number[] | null => {
    const yesterday = history.get(slot - slotsPerDay)
    const [known, knownYesterday] = [history.get(knownSlot), history.get(knownSlot - slotsPerDay)]
    if (yesterday === undefined || known === undefined || knownYesterday === undefined) return null
    return [1, yesterday / WH, (known - knownYesterday) / WH]
  }
  return {
    name: 'regression',
    days: 2,
    learn: (history, slot) => {
      for (let ahead = 1; ahead <= slotsAhead; ahead++) {
        const seen = features(history, slot, slot - ahead)
        if (seen !== null) fits[ahead]?.learn(seen, (history.get(slot) ?? 0) / WH)
      }
    },
    netWh: (history, ask) => {
      const fit = fits[ask.slot - ask.knownSlot]
      const seen = features(history, ask.slot, ask.knownSlot)
      if (fit === undefined || seen === null || fit.learnt < LEARNT_LEAST_SLOTS) return persistedNetWh(history, ask)
      let [least, most] = [0, 0]
      for (const net of history.values()) {
        least = Math.min(least, net)
        most = Math.max(most, net)
      }
      return Math.round(Math.min(most, Math.max(least, fit.of(seen) * WH))) + 0
    },
  }
}
