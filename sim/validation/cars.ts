import { type Car, carFlow, chargingOutlook, targetJ } from '../home/car.ts'
import { near, same, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const KWH_J = 3_600_000
const CAPACITY_KWH = 58
const KWH_PER_KM = 0.18
const AVERAGE_CAR: Car = {
  capacityWh: CAPACITY_KWH * 1000,
  chargePowerW: 11_000,
  leastPowerW: 4_140,
  chargeEfficiency: 0.9,
  dischargePowerW: 0,
  dischargeEfficiency: 0.95,
  targetSocPerMille: 800,
  minSocPerMille: 0,
  initialSocPerMille: 400,
  charging: 'at-once',
}

/** A car of 58 kWh that comes home at 40 %: to which share it shall be charged, and how long it stays. */
const STAYS = [
  { targetSocPerMille: 800, hours: 13, neededKwh: 25.7778, isFeasible: true, latestStartHour: 6.033, reached: 0.8 },
  { targetSocPerMille: 1000, hours: 13, neededKwh: 38.6667, isFeasible: true, latestStartHour: null, reached: 1 },
  {
    targetSocPerMille: 1000,
    hours: 9,
    neededKwh: 38.6667,
    isFeasible: false,
    latestStartHour: null,
    reached: 0.916724,
  },
] as const

/** A second of charging after another until the car has what it drove. */
function chargedAgain(drivenKwh: number) {
  let [storedJ, gridJ, seconds] = [targetJ(AVERAGE_CAR) - drivenKwh * KWH_J, 0, 0]
  while (storedJ < targetJ(AVERAGE_CAR)) {
    const flow = carFlow(AVERAGE_CAR, { storedJ, surplusW: 0, seconds: 1, staySeconds: 86_400 })
    storedJ += flow.storedJ
    gridJ += flow.chargeW
    seconds++
  }
  return { gridKwh: gridJ / KWH_J, minutes: seconds / 60 }
}

function stayCases(stay: (typeof STAYS)[number]): readonly ValidationCase[] {
  const { targetSocPerMille, hours, neededKwh, isFeasible, latestStartHour, reached } = stay
  const car = { ...AVERAGE_CAR, chargePowerW: 3_700, targetSocPerMille }
  const outlook = chargingOutlook(car, { storedJ: 0.4 * CAPACITY_KWH * KWH_J, seconds: hours * 3600 })
  const name = `40 % to ${targetSocPerMille / 10} % in ${hours} h at 3.7 kW`
  const can = (is: boolean) => (is ? 'yes' : 'no')
  return [
    same({ name: `${name}: leaves charged`, expected: can(isFeasible), got: can(outlook.isFeasible) }),
    near({
      name: `${name}: from the grid`,
      expected: neededKwh,
      got: outlook.neededJ / KWH_J,
      tolerance: 1e-4,
      unit: 'kWh',
    }),
    near({
      name: `${name}: share reached`,
      expected: reached,
      got: outlook.reachedJ / (CAPACITY_KWH * KWH_J),
      tolerance: 1e-6,
      unit: '',
    }),
    ...(latestStartHour === null
      ? []
      : [
          near({
            name: `${name}: begins at the latest`,
            expected: latestStartHour,
            got: outlook.latestStartSeconds / 3600,
            tolerance: 0.001,
            unit: 'h',
          }),
        ]),
  ]
}

/** A car that charges at home. */
export function cars(): ValidationSubject {
  const day = chargedAgain(37 * KWH_PER_KM)
  const year = chargingOutlook(
    { ...AVERAGE_CAR, capacityWh: 13_600 * KWH_PER_KM * 1000, targetSocPerMille: 1000 },
    { storedJ: 0, seconds: 0 },
  )
  return {
    title: 'Car',
    about: 'Worked out by hand: 0.18 kWh/km, nine tenths of what is charged is stored, 58 kWh.',
    cases: [
      near({ name: '37 km at 11 kW: from the grid', expected: 7.4, got: day.gridKwh, tolerance: 1e-4, unit: 'kWh' }),
      near({ name: '37 km at 11 kW: time', expected: 40.364, got: day.minutes, tolerance: 0.02, unit: 'min' }),
      near({
        name: '13,600 km a year: from the grid',
        expected: 2720,
        got: year.neededJ / KWH_J,
        tolerance: 0.001,
        unit: 'kWh',
      }),
      ...STAYS.flatMap(stayCases),
    ],
  }
}
