import type { Forecaster } from './forecaster.ts'
import { historyForecaster } from './history-forecaster.ts'
import { naive } from './naive.ts'
import { persistence } from './persistence.ts'
import { regression } from './regression.ts'

/** What a forecaster can be called that looks ahead from what was. */
export const forecasterNames = ['naive', 'persistence', 'regression'] as const
export type ForecasterName = (typeof forecasterNames)[number]

/** How far a forecaster sees. */
interface ForecasterOptions {
  readonly slotMinutes: number
  /** slots for which it states its errors (8) */
  readonly slotsAhead?: number
}

/** A forecaster for one home. */
export function makeForecaster(name: ForecasterName, options: ForecasterOptions): Forecaster {
  const outlook = name === 'naive' ? naive : name === 'persistence' ? persistence : regression(options)
  return historyForecaster(outlook, options)
}

/** Perfect foresight: knows what each slot will come to, and never errs. Only a simulation has it. */
export function perfectForecaster(netWh: (slot: number) => number): Forecaster {
  return {
    name: 'perfect',
    note: () => {},
    begin: () => {},
    of: (slot) => ({ forecastNetWh: netWh(slot), forecastErrorsWh: [] }),
    netWhOf: netWh,
  }
}
