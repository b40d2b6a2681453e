import { type Battery, batteryFlow } from '../home/battery.ts'
import known from './cases/batteries.json' with { type: 'json' }
import { allNear, near, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** Whole powers and energies, finer than the tolerance: kW and kWh in units of 10 µW and 10 µWh. */
const FINE = 100_000_000
const TOLERANCE = 1e-6

type Known = (typeof known.cases)[number]

function casesOf({ name, battery: of, askedKw, ...expected }: Known): readonly ValidationCase[] {
  const battery: Battery = {
    capacityWh: of.capacityKwh * FINE,
    chargePowerW: of.chargeKw * FINE,
    dischargePowerW: of.dischargeKw * FINE,
    chargeEfficiency: of.chargeEfficiency,
    dischargeEfficiency: of.dischargeEfficiency,
    minSocPerMille: of.leastShare * 1000,
    maxSocPerMille: of.mostShare * 1000,
    initialSocPerMille: 0,
    selfDischargePerHour: of.selfDischargePerHour,
    fadePerCycle: 0,
    fadePerYear: 0,
  }
  const seconds = of.stepHours * 3600
  let storedJ = of.initialKwh * FINE * 3600
  const sums = { inKwh: 0, outKwh: 0, lossKwh: 0 }
  const steps = askedKw.map((asked) => {
    const flow = batteryFlow(battery, { storedJ, surplusW: Math.round(asked * FINE), seconds })
    storedJ += flow.storedJ
    sums.inKwh += (flow.chargeW / FINE) * of.stepHours
    sums.outKwh += (flow.dischargeW / FINE) * of.stepHours
    sums.lossKwh += flow.lossJ / FINE / 3600
    return { kw: (flow.chargeW - flow.dischargeW) / FINE, kwh: storedJ / FINE / 3600 }
  })
  const sum = (words: string, figure: 'inKwh' | 'outKwh' | 'lossKwh') =>
    near({ name: `${name}: ${words}`, expected: expected[figure], got: sums[figure], tolerance: 1e-5, unit: 'kWh' })
  return [
    allNear({
      name: `${name}: power of each step`,
      expected: expected.flowsKw,
      got: steps.map(({ kw }) => kw),
      tolerance: TOLERANCE,
      unit: 'kW',
    }),
    allNear({
      name: `${name}: energy stored after each step`,
      expected: expected.storedKwh,
      got: steps.map(({ kwh }) => kwh),
      tolerance: TOLERANCE,
      unit: 'kWh',
    }),
    sum('energy in', 'inKwh'),
    sum('energy out', 'outKwh'),
    sum('energy lost', 'lossKwh'),
  ]
}

/** Batteries that fill, empty and stand. */
export function batteries(): ValidationSubject {
  return {
    title: 'Battery',
    about: known.about,
    cases: known.cases.flatMap(casesOf),
  }
}
