import type { Battery } from '../home/battery.ts'
import type { ScenarioHome } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'

/** Half its capacity in an hour: what home batteries are built for. */
const C_RATE = 0.5

/** The battery of a home; null where there is none. Throws ScenarioRefused on one without a roof or with a window that is none. */
export function batteryOf(one: ScenarioHome, place: { readonly file: string; readonly field: string }): Battery | null {
  const { battery, roof } = one
  if (battery === undefined) return null
  if (roof === undefined && one.stores !== 'planned') {
    const expected = 'a roof beside it, to be charged from, or stores "planned"'
    throw new ScenarioRefused({ ...place, value: 'a battery', expected })
  }
  const { minSoc = 0.05, maxSoc = 0.95, initialSoc = 0.5, capacityWh } = battery
  if (!(minSoc <= initialSoc && initialSoc <= maxSoc && minSoc < maxSoc)) {
    const value = `${minSoc}, ${initialSoc}, ${maxSoc}`
    throw new ScenarioRefused({ ...place, value, expected: 'minSoc ≤ initialSoc ≤ maxSoc, minSoc < maxSoc' })
  }
  const dischargePowerW = battery.powerW ?? Math.max(1, Math.round(capacityWh * C_RATE))
  return {
    capacityWh,
    chargePowerW: battery.chargePowerW ?? dischargePowerW,
    dischargePowerW,
    chargeEfficiency: battery.chargeEfficiency ?? 0.95,
    dischargeEfficiency: battery.dischargeEfficiency ?? 0.95,
    minSocPerMille: perMille(minSoc),
    maxSocPerMille: perMille(maxSoc),
    initialSocPerMille: perMille(initialSoc),
    selfDischargePerHour: battery.selfDischargePerHour ?? 2e-5,
    fadePerCycle: battery.fadePerCycle ?? 3.3e-5,
    fadePerYear: battery.fadePerYear ?? 0.02,
  }
}

const perMille = (share: number) => Math.round(share * 1000)
