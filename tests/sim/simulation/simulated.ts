import { Effect } from 'effect'
import { type HomeParts, SimulatedHome } from '#sim/home/simulated-home.ts'
import type { SimulatedStreet } from '#sim/scenario/build-street.ts'
import type { ScenarioMarket } from '#sim/scenario/scenario-market.ts'
import { openSimulation, type SimulationRequest } from '#sim/simulation/open-simulation.ts'
import { type SimulatedRun, type SimulatedSlot, simulateStreet } from '#sim/simulation/simulate-street.ts'
import type { SimulationTerms } from '#sim/simulation/simulation-terms.ts'
import { termsOf } from '#sim/simulation/terms-of.ts'

const START_MS = Date.UTC(2026, 5, 21)

/** A run from its beginning to its end. */
export interface WholeRun extends SimulatedRun {
  readonly slots: readonly SimulatedSlot[]
}

export function runOf(options: Parameters<typeof simulateStreet>[0]): WholeRun {
  const run = simulateStreet(options)
  const slots: SimulatedSlot[] = []
  for (;;) {
    const next = run.next()
    if (next.done === true) return { ...next.value, slots }
    slots.push(next.value)
  }
}

/** A generated street of the gallery, run. */
export function streetRun(request: SimulationRequest & { readonly market?: ScenarioMarket } = {}): WholeRun {
  const { market, ...rest } = request
  const changes = { ...rest.changes, ...(market === undefined ? {} : { market }) }
  return runOf(Effect.runSync(openSimulation({ homes: 8, ...rest, changes })))
}

/** Homes made by hand, from the start of a summer day. Powers are W by the minute since then. */
export function handMade(
  homes: readonly (Partial<Pick<HomeParts, 'battery'>> & {
    readonly loadW: (minute: number) => number
    readonly roofW?: (minute: number) => number
  })[],
): SimulatedStreet {
  const source = (powerW: (minute: number) => number) => ({
    meanW: (minuteMs: number) => powerW((minuteMs - START_MS) / 60_000),
  })
  return {
    neighbourhood: 'hand-made',
    startMs: START_MS,
    seed: 1,
    tariff: null,
    ready: Effect.void,
    homes: homes.map(
      ({ loadW, roofW, battery = null }, index) =>
        new SimulatedHome({
          home: `home-${index + 1}`,
          startMs: START_MS,
          load: source(loadW),
          roof: roofW === undefined ? null : { source: source(roofW), peakW: 10_000 },
          battery,
          heatPump: null,
          car: null,
          wishes: null,
          counters: { importWh: 1_000, exportWh: 1_000, producedWh: 1_000 },
        }),
    ),
  }
}

/** The terms that a scenario without a market of its own has, and what a test changes of them. */
export const terms = (market: ScenarioMarket = {}, changes: Partial<SimulationTerms> = {}): SimulationTerms => ({
  ...termsOf(market),
  ...changes,
})
