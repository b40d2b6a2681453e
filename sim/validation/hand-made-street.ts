import { Effect } from 'effect'
import { type HomeParts, SimulatedHome } from '../home/simulated-home.ts'
import { simulateStreet } from '../simulation/simulate-street.ts'
import type { SimulationResult } from '../simulation/simulation-result.ts'
import { termsOf } from '../simulation/terms-of.ts'

const START_MS = Date.UTC(2026, 5, 21)
const SLOTS_PER_DAY = 96

/** A home of a case: powers in W by the minute of its day. */
interface HandMadeHome {
  readonly loadW: (minute: number) => number
  readonly roofW?: (minute: number) => number
  readonly battery?: HomeParts['battery']
}

/** Lets one home made by hand live through a day with no market to speak of: what it came to, and the Wh left in its store. */
export function handMadeDay({ loadW, roofW, battery = null }: HandMadeHome): {
  readonly result: SimulationResult
  readonly storedWh: number
} {
  const source = (powerW: (minute: number) => number) => ({
    meanW: (minuteMs: number) => powerW((minuteMs - START_MS) / 60_000),
  })
  const home = new SimulatedHome({
    home: 'home',
    startMs: START_MS,
    load: source(loadW),
    roof: roofW === undefined ? null : { source: source(roofW), peakW: 10_000 },
    battery,
    heatPump: null,
    car: null,
    wishes: null,
    counters: { importWh: 0, exportWh: 0, producedWh: 0 },
  })
  const street = { neighbourhood: 'case', startMs: START_MS, seed: 1, homes: [home], tariff: null, ready: Effect.void }
  const run = simulateStreet({ street, terms: termsOf({ mechanism: 'community-pool' }), slots: SLOTS_PER_DAY })
  for (;;) {
    const next = run.next()
    if (next.done === true) return { result: next.value.result, storedWh: home.account.storedJ / 3_600 }
  }
}
