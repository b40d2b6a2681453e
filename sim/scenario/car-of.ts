import type { Car } from '../home/car.ts'
import { type CarTrips, GeneratedTrips } from '../home/car-trips.ts'
import type { ScenarioHome } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'

/** 6 A, the least that a car charges with, at 230 V: on one phase up to 3.7 kW, on three above. */
const LEAST_ONE_PHASE_W = 1_380
const ONE_PHASE_MOST_W = 3_700
/** What a car drives in a year unless told otherwise: 13,600 km. */
const ANNUAL_KM = 13_600
const KWH_PER_KM = 0.18

/** The car of a home, and its trips; null where there is none. Throws ScenarioRefused on what contradicts itself. */
export function carOf(
  one: ScenarioHome,
  street: { readonly seed: number; readonly localOffsetMs: number; readonly file: string; readonly field: string },
): { readonly car: Car; readonly trips: CarTrips } | null {
  const { car, home } = one
  if (car === undefined) return null
  const { file, field, seed, localOffsetMs } = street
  const refuse = (name: string, value: unknown, expected: string) =>
    new ScenarioRefused({ file, field: `${field}.${name}`, value: String(value), expected })
  const { minSoc = 0.3, targetSoc = 0.8, charging = 'at-once', v2g = false } = car
  if (minSoc > targetSoc) throw refuse('minSoc', minSoc, `at most targetSoc (${targetSoc})`)
  if (v2g && charging === 'at-once')
    throw refuse('v2g', v2g, 'charging "with-the-sun" beside it: a full car gives nothing back')
  const { annualKm = ANNUAL_KM, kwhPerKm = KWH_PER_KM, chargePowerW } = car
  return {
    car: {
      capacityWh: car.capacityWh,
      chargePowerW,
      leastPowerW: chargePowerW > ONE_PHASE_MOST_W ? 3 * LEAST_ONE_PHASE_W : LEAST_ONE_PHASE_W,
      chargeEfficiency: car.chargeEfficiency ?? 0.9,
      dischargePowerW: v2g ? chargePowerW : 0,
      dischargeEfficiency: car.dischargeEfficiency ?? 0.95,
      targetSocPerMille: perMille(targetSoc),
      minSocPerMille: perMille(minSoc),
      initialSocPerMille: perMille(car.initialSoc ?? targetSoc),
      charging,
    },
    trips: new GeneratedTrips({ seed, home, annualKwh: annualKm * kwhPerKm, localOffsetMs }),
  }
}

const perMille = (share: number) => Math.round(share * 1000)
