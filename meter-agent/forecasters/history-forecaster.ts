import type { Begun, Forecaster, SlotForecast } from './forecaster.ts'
import { type ForecastKind, OutcomeMemory } from './outcome-memory.ts'

const MINUTES_PER_DAY = 1_440
/** So much of a slot has to be over to say how it goes on. */
export const BEGUN_SHARE = 1 / 3

/** A slot's net in Wh, export positive. */
export type NetHistory = ReadonlyMap<number, number>

/** What is to be looked ahead to, from what was known at the end of `knownSlot`. */
export interface ForecastAsk {
  readonly slot: number
  readonly knownSlot: number
  readonly slotMinutes: number
  /** what the slot after it would come to if it went on as it began; null where that was not seen */
  readonly begunWh: number | null
}

/** A slot to learn from. */
interface Lesson {
  readonly slot: number
  /** how each slot began, as `begunWh` */
  readonly begunWhOf: (slot: number) => number | null
}

/** How a forecaster looks ahead. */
export interface Outlook {
  readonly name: string
  /** how many days of history it looks at */
  readonly days: number
  /** whole Wh */
  readonly netWh: (history: NetHistory, ask: ForecastAsk) => number
  /** told of each slot after it is in the history, where it learns from it */
  readonly learn?: (history: NetHistory, lesson: Lesson) => void
}

/** Slots for which forecasts are made and what became of them is kept, if nobody says how many. */
export const SLOTS_AHEAD = 8

/** With fewer outcomes than this, what slots came to of what was expected is guessed: these shares of it, fewer, too. */
export const OUTCOMES_LEAST = 8
const GUESSED_SHARES = [0.3, 0.6, 0.8, 1, 1.2, 1.4, 1.8]

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
  const memory = new OutcomeMemory(slotMinutes, slotsAhead)
  /** by slots ahead, until more is known: what is expected, and the room that its errors are written into */
  const told = new Array<SlotForecast | null>(slotsAhead + 1).fill(null)
  const rooms = Array.from({ length: slotsAhead + 1 }, (): number[] => [])
  let last: number | null = null
  let begunWh: number | null = null

  const sayAll = (knownSlot: number): void => {
    told.fill(null)
    const begun = begunWh === null ? 'unseen' : 'seen'
    for (let ahead = begunWh === null ? 1 : 2; ahead <= slotsAhead; ahead++) {
      const slot = knownSlot + ahead
      memory.say(slot, { ahead, begun }, outlook.netWh(history, { slot, knownSlot, slotMinutes, begunWh }))
    }
  }
  const note = (slot: number, netWh: number): void => {
    if (last !== null && slot <= last) throw new RangeError(`slot ${slot} was to come after ${last}`)
    last = slot
    begunWh = null
    history.set(slot, netWh)
    memory.note(slot, netWh)
    outlook.learn?.(history, { slot, begunWhOf: (begun) => memory.begunOf(begun) })
    forget(history, slot - outlook.days * slotsPerDay)
    sayAll(slot)
  }
  const begin = ({ slot, minutes, netWh }: Begun): void => {
    if (last === null || slot !== last + 1 || begunWh !== null || minutes < BEGUN_SHARE * slotMinutes) return
    begunWh = Math.round((netWh * slotMinutes) / minutes)
    memory.begin(slot, begunWh)
    sayAll(last)
  }
  /** What a forecast rests on, as far ahead as its errors are known. */
  const kindOf = (ahead: number): ForecastKind => ({
    ahead: Math.min(ahead, slotsAhead),
    begun: begunWh === null || ahead < 2 ? 'unseen' : 'seen',
  })
  const netWhOf = (slot: number): number => {
    const knownSlot = last ?? slot - 1
    const ahead = slot - knownSlot
    const said = ahead > slotsAhead ? null : memory.saidOf(slot, kindOf(ahead))
    return said ?? outlook.netWh(history, { slot, knownSlot, slotMinutes, begunWh })
  }
  const of = (slot: number): SlotForecast => {
    const ahead = last === null ? 1 : slot - last
    const known = told[ahead]
    if (known != null) return known
    const forecastNetWh = netWhOf(slot)
    const errors = memory.errorsOf(slot, kindOf(ahead), forecastNetWh, rooms[ahead])
    const forecastErrorsWh = errors.length < OUTCOMES_LEAST ? guessedErrors(forecastNetWh) : errors
    const forecast = { forecastNetWh, forecastErrorsWh }
    if (last !== null && ahead <= slotsAhead) told[ahead] = forecast
    return forecast
  }
  return { name: outlook.name, note, begin, of, netWhOf }
}

function guessedErrors(expectedWh: number): readonly number[] {
  return GUESSED_SHARES.map((share) => Math.round((share - 1) * expectedWh) + 0).sort((a, b) => a - b)
}

/** Slots are noted in order, so the first ones are the oldest. */
function forget(slots: Map<number, number>, until: number): void {
  for (const slot of slots.keys()) {
    if (slot > until) return
    slots.delete(slot)
  }
}
