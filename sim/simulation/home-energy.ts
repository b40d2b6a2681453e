import { energyBalance } from '../home/energy-balance.ts'
import type { EnergyAccount } from '../home/home-state.ts'
import { BalanceBroken } from './balance-broken.ts'

const J_PER_WH = 3_600

/** What a home did with its energy over a run, whole Wh: production − curtailed + import = demand + export + losses + stored. */
export interface HomeEnergy {
  readonly demandWh: number
  /** what its roof could have given, and what of it it was not let give */
  readonly productionWh: number
  readonly curtailedWh: number
  readonly importWh: number
  readonly exportWh: number
  readonly conversionLossesWh: number
  /** what its store holds more at the end than at the start; below 0 where it holds less */
  readonly storageDeltaWh: number
}

/** What a home's account and its meter said at two moments. */
interface HomeSpan {
  readonly home: string
  readonly before: EnergyAccount
  readonly after: EnergyAccount
  /** by the meter, whole Wh */
  readonly importWh: number
  readonly exportWh: number
}

/**
 * A home's energy in whole Wh that balance exactly: import and export are the meter's, whose counters are floored; of
 * the rest each is its exact value rounded down or up, the largest remainders up first, so that the sum comes out.
 * Throws BalanceBroken if account and meter are a Wh or more apart: a defect of the home's model.
 */
export function homeEnergy(span: HomeSpan): HomeEnergy {
  const { home, before, after, importWh, exportWh } = span
  const { productionJ, curtailedJ, demandJ, conversionLossesJ, storageDeltaJ } = energyBalance(before, after)
  // Signed so that they sum to export − import.
  const exactJ = [productionJ, 0 - demandJ, 0 - conversionLossesJ, 0 - storageDeltaJ, 0 - curtailedJ]
  const missingJ = exactJ.reduce((sum, joules) => sum + joules, 0) - (exportWh - importWh) * J_PER_WH
  if (Math.abs(missingJ) >= J_PER_WH) throw new BalanceBroken({ home, missingWh: missingJ / J_PER_WH })
  const [productionWh = 0, demand = 0, losses = 0, stored = 0, curtailed = 0] = roundedTo(exactJ, exportWh - importWh)
  return {
    demandWh: 0 - demand,
    productionWh,
    curtailedWh: 0 - curtailed,
    importWh,
    exportWh,
    conversionLossesWh: 0 - losses,
    storageDeltaWh: 0 - stored,
  }
}

/** Each value in whole Wh, down or up, so that they sum to `totalWh`. */
function roundedTo(exactJ: readonly number[], totalWh: number): readonly number[] {
  const floors = exactJ.map((joules) => Math.floor(joules / J_PER_WH))
  const up = totalWh - floors.reduce((sum, floor) => sum + floor, 0)
  const byRemainder = exactJ
    .map((joules, index) => ({ index, remainderJ: joules - (floors[index] ?? 0) * J_PER_WH }))
    .sort((a, b) => b.remainderJ - a.remainderJ || a.index - b.index)
  for (const { index } of byRemainder.slice(0, up)) floors[index] = (floors[index] ?? 0) + 1
  return floors
}
