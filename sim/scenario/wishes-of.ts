import { defaultMarketRules, type Tariff } from '#protocol/market-rules.ts'
import type { HomeParts } from '../home/simulated-home.ts'
import type { StoreWishes } from '../home/store-wishes.ts'
import { HomePlanner } from '../planner/home-planner.ts'
import type { Solver } from '../planner/linear-program.ts'
import { type TariffParts, tariffOver } from '../supplier/supplier-tariff.ts'
import type { ScenarioHome } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'

/** Who decides what a home's stores do; null: greedy self-use. Throws ScenarioRefused on a plan for nothing. */
export function wishesOf(
  one: ScenarioHome,
  street: {
    readonly parts: Pick<HomeParts, 'startMs' | 'battery' | 'car'>
    readonly tariff: TariffParts | null
    readonly solve: Solver
    readonly file: string
    readonly field: string
  },
): StoreWishes | null {
  if (one.stores !== 'planned') return null
  const { parts, tariff, solve, file, field } = street
  const { startMs, battery, car } = parts
  if (battery === null && car === null) {
    throw new ScenarioRefused({ file, field, value: '"planned"', expected: 'a battery or a car beside it' })
  }
  const over = (slot: { readonly startMs: number; readonly durationMs: number }): Tariff =>
    tariff === null ? defaultMarketRules.tariff : tariffOver(tariff, slot)
  return new HomePlanner({ solve, startMs, battery, car, tariffOver: over })
}
