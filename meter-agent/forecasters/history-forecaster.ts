import type { Forecaster, SlotForecast } from './forecaster.ts'
import { OutcomeMemory } from './outcome-memory.ts'

const MINUTES_PER_DAY = 1_440

/** A slot's net in Wh, export positive. */
export type NetHistory = ReadonlyMap<number, number>

/** What is to be looked ahead to, from what was known at the end of `knownSlot`. */
export interface ForecastAsk {
  readonly slot: number
  readonly knownSlot: number
  readonly slotMinutes: number
}

/** How a forecaster looks ahead. */
export interface Outlook {
  readonly name: string
  /** how many days of history it looks at */
  readonly days: number
  /** whole Wh */
  readonly netWh: (history: NetHistory, ask: ForecastAsk) => number
  /** told of each slot after it is in the history, where it learns from it */
  readonly learn?: (history: NetHistory, slot: number) => void
}

/** Slots for which forecasts are made and what became of them is kept, if nobody says how many. */
export const SLOTS_AHEAD = 8

/**
 * A forecaster that remembers what slots came to, and what it said of them beforehand: each slot is forecast as soon as
 * it comes in reach, so its stated errors are those of real forecasts.
 */
export function historyForecaster(
  outlook: Outlook,
  options: { readonly slotMinutes: number; readonly slotsAhead?: number },
): Forecaster {
  const { slotMinutes, slotsAhead = SLOTS_AHEAD } = options
  const slotsPerDay = MINUTES_PER_DAY / slotMinutes
  const history = new Map<number, number>()
  /** by slots ahead: what was said of slots to come, and what became of what was said */
  const said = Array.from({ length: slotsAhead + 1 }, () => new Map<number, number>())
  const outcomes = Array.from({ length: slotsAhead + 1 }, () => new OutcomeMemory(slotMinutes))
  /** by slot, until the next one is noted */
  const ascending = new Map<number, readonly number[]>()
  let last: number | null = null

  const note = (slot: number, netWh: number): void => {
    if (last !== null && slot <= last) throw new RangeError(`slot ${slot} was to come after ${last}`)
    last = slot
    history.set(slot, netWh)
    outlook.learn?.(history, slot)
    forget(history, slot - outlook.days * slotsPerDay)
    ascending.clear()
    for (let ahead = 1; ahead <= slotsAhead; ahead++) {
      const [sayings, known] = [said[ahead], outcomes[ahead]] as [Map<number, number>, OutcomeMemory]
      const expected = sayings.get(slot)
      if (expected !== undefined) known.note({ expectedWh: expected, actualWh: netWh })
      forget(sayings, slot)
      const later = slot + ahead
      sayings.set(later, outlook.netWh(history, { slot: later, knownSlot: slot, slotMinutes }))
    }
  }
  const errorsOf = (slot: number, ahead: number, expectedWh: number): readonly number[] => {
    const known = ascending.get(slot)
    if (known !== undefined) return known
    const alike = outcomes[Math.min(ahead, slotsAhead)]?.errorsOf(expectedWh) ?? []
    ascending.set(slot, alike)
    return alike
  }
  const of = (slot: number): SlotForecast => {
    const knownSlot = last ?? slot - 1
    const ahead = slot - knownSlot
    const forecastNetWh = said[ahead]?.get(slot) ?? outlook.netWh(history, { slot, knownSlot, slotMinutes })
    return { forecastNetWh, forecastErrorsWh: errorsOf(slot, ahead, forecastNetWh) }
  }
  return { name: outlook.name, note, of }
}

/** Slots are noted in order, so the first ones are the oldest. */
function forget(slots: Map<number, number>, until: number): void {
  for (const slot of slots.keys()) {
    if (slot > until) return
    slots.delete(slot)
  }
}
