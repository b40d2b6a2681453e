import type { Battery } from '../home/battery.ts'
import { openSolver } from '../planner/highs.ts'
import { planStores } from '../planner/plan-stores.ts'
import known from './cases/planned-day.json' with { type: 'json' }
import { between, near } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const KWH_J = 3_600_000
const QUARTER_SECONDS = 900
const battery: Battery = {
  capacityWh: 10_000,
  chargePowerW: 5_000,
  dischargePowerW: 5_000,
  chargeEfficiency: Math.sqrt(0.9),
  dischargeEfficiency: Math.sqrt(0.9),
  minSocPerMille: 0,
  maxSocPerMille: 1000,
  initialSocPerMille: 500,
  selfDischargePerHour: 0,
  fadePerCycle: 0,
  fadePerYear: 0,
}

/** The cheapest day of a home with a battery. */
export async function plannedDay(): Promise<ValidationSubject> {
  const solve = await openSolver()
  const steps = known.loadKw.map((loadKw, index) => ({
    loadW: 1_000 * loadKw,
    sunW: 1_000 * (known.sunKw[index] ?? Number.NaN),
    retailEurPerMWh: 1_000 * (known.retailEurPerKwh[index] ?? Number.NaN),
    feedInEurPerMWh: 1_000 * known.feedInEurPerKwh,
    carHomeShare: 0,
    carDrivenJ: 0,
    carLeaves: false,
  }))
  const stored = { battery, storedJ: 5 * KWH_J, capacityJ: 10 * KWH_J }
  const plan = planStores(solve, { stepSeconds: QUARTER_SECONDS, steps, battery: stored, car: null })
  // What the plan comes to, added up without the solver.
  const hours = QUARTER_SECONDS / 3600
  const billEur = steps.reduce((sum, { loadW, sunW, retailEurPerMWh, feedInEurPerMWh }, index) => {
    const netW = loadW - sunW + (plan.batteryW[index] ?? Number.NaN)
    return sum + (netW * hours * (netW > 0 ? retailEurPerMWh : feedInEurPerMWh)) / 1e6
  }, 0)
  const storedKwh = plan.batteryW.reduce((kwh, watts) => {
    const efficiency = watts > 0 ? battery.chargeEfficiency : 1 / battery.dischargeEfficiency
    return kwh + (watts * hours * efficiency) / 1_000
  }, 5)
  const euros = (name: string, got: number) =>
    near({ name, expected: known.leastCostEur, got, tolerance: 1e-4, unit: 'EUR' })
  return {
    title: 'Planned day',
    about: known.about,
    cases: [
      euros('cost, as planned', plan.costEur),
      euros('cost of what battery and home do', billEur),
      near({ name: 'stored at the end', expected: 5, got: storedKwh, tolerance: 1e-4, unit: 'kWh' }),
      between({
        name: 'most power of the battery',
        low: 0,
        high: 5_000,
        got: plan.batteryW.reduce((most, watts) => Math.max(most, Math.abs(watts)), 0),
        unit: 'W',
        decimals: 0,
      }),
    ],
  }
}
