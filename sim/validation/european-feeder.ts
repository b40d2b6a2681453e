import type { Feeder } from '../grid/feeder.ts'
import { feederPowers } from '../grid/feeder-powers.ts'
import { IEEE_KVAR_PER_KW, ieeeEuropeanLv, ieeeEuropeanLvDayW } from '../grid/feeders/ieee-european-lv.ts'
import type { PowerFlow } from '../grid/power-flow.ts'
import { caseFlow } from './case-flow.ts'
import published from './cases/ieee-european-lv.json' with { type: 'json' }
import { allNear, near, same, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** The published tools differ by up to 1.8 mV; 0.01 V is 4e-5 per unit. */
const TOLERANCE_V = 0.01
const TOLERANCE_KWH = 0.01
const PHASES = ['A', 'B', 'C']
const BUSES = 906
const MINUTES = 1440

/** The feeder from the low side of its transformer on, behind what stands above it in both sequences. */
function belowTransformer(feeder: Feeder): Feeder {
  const z1Ohm = [0.0015996038491562156, 0.011590095396624861] as const
  const z0Ohm = [0.00086528, 0.0086528] as const
  return { ...feeder, source: { bus: '1', voltageLineToLineV: 416, perUnit: 1.05, z1Ohm, z0Ohm }, transformers: [] }
}

/** The voltages of the last solution, V line to neutral, three a bus in the order of the tree's. */
function voltsOf(flow: PowerFlow): Float64Array {
  const { voltage, tree } = flow.state()
  return Float64Array.from({ length: 3 * tree.buses.length }, (_, index) => {
    const [real, imaginary] = [voltage[2 * index] as number, voltage[2 * index + 1] as number]
    return Math.sqrt(real ** 2 + imaginary ** 2) * (tree.baseV[Math.floor(index / 3)] as number)
  })
}

function snapshotCases(minute: 1 | 566 | 1440): readonly ValidationCase[] {
  const { volts, lineLossW, secondaryKwKvar, lowest } = published.snapshots[`${minute}`]
  const feeder = ieeeEuropeanLv({ minute })
  const flow = caseFlow(feeder)
  flow.solve(feederPowers(feeder))
  const found = voltsOf(flow)
  const got = Array.from({ length: BUSES }, (_, index) => {
    const node = flow.tree.buses.indexOf(`${index + 1}`)
    return [...found.subarray(3 * node, 3 * node + 3)]
  }).flat()
  const below = caseFlow(belowTransformer(feeder))
  below.solve(feederPowers(feeder))
  const { lossW, sourceW, sourceVar } = below.totals()
  const sum = (part: 0 | 1) => secondaryKwKvar.reduce((total, one) => total + (one[part] as number), 0)
  const name = `minute ${minute}`
  return [
    allNear({
      name: `${name}: voltages, 906 buses × 3 phases`,
      expected: volts,
      got,
      tolerance: TOLERANCE_V,
      unit: 'V',
    }),
    near({
      name: `${name}: lowest voltage, bus ${lowest.bus}`,
      expected: lowest.v,
      got: Math.min(...got),
      tolerance: TOLERANCE_V,
      unit: 'V',
    }),
    near({ name: `${name}: losses of the lines`, expected: lineLossW, got: lossW, tolerance: 0.01, unit: 'W' }),
    near({
      name: `${name}: power behind the transformer`,
      expected: sum(0),
      got: sourceW / 1_000,
      tolerance: 0.01,
      unit: 'kW',
    }),
    near({
      name: `${name}: reactive power behind the transformer`,
      expected: sum(1),
      got: sourceVar / 1_000,
      tolerance: 0.01,
      unit: 'kvar',
    }),
  ]
}

/** What one load saw over the day. */
interface Watched {
  readonly load: (typeof published.day.loads)[number]
  readonly node: number
  readonly volts: Float64Array
}

/** The day's 1,440 solutions, added up. */
function solveDay() {
  const flow = caseFlow(belowTransformer(ieeeEuropeanLv()))
  const dayW = ieeeEuropeanLvDayW()
  const powers = { activeW: new Float64Array(dayW.length), reactiveVar: new Float64Array(dayW.length) }
  const { buses } = flow.tree
  const watched: readonly Watched[] = published.day.loads.map((load) => ({
    load,
    node: buses.indexOf(load.bus),
    volts: new Float64Array(MINUTES),
  }))
  const sums = { sourceWh: 0, lossWh: 0, loadWh: 0 }
  const everyHourKw: number[] = []
  const peak = { loadW: 0, sourceW: 0, minute: 0 }
  const lowest = { volts: Number.POSITIVE_INFINITY, bus: '', minute: 0 }
  for (let minute = 1; minute <= MINUTES; minute++) {
    let loadW = 0
    for (const [load, minutesW] of dayW.entries()) {
      powers.activeW[load] = minutesW[minute - 1] as number
      powers.reactiveVar[load] = powers.activeW[load] * IEEE_KVAR_PER_KW
      loadW += powers.activeW[load]
    }
    flow.solve(powers)
    const { sourceW, lossW } = flow.totals()
    sums.sourceWh += sourceW / 60
    sums.lossWh += lossW / 60
    sums.loadWh += loadW / 60
    if (minute % 60 === 0) everyHourKw.push(sourceW / 1_000)
    if (loadW > peak.loadW) Object.assign(peak, { loadW, sourceW, minute })
    const found = voltsOf(flow)
    for (const { load, node, volts } of watched) {
      volts[minute - 1] = found[3 * node + PHASES.indexOf(load.phase)] as number
    }
    const leastV = found.reduce((least, volts) => Math.min(least, volts), lowest.volts)
    if (leastV === lowest.volts) continue
    Object.assign(lowest, { volts: leastV, bus: buses[Math.floor(found.indexOf(leastV) / 3)], minute })
  }
  return { sums, everyHourKw, peak, lowest, watched }
}

function dayCases(): readonly ValidationCase[] {
  const { sums, everyHourKw, peak, lowest, watched } = solveDay()
  const { day } = published
  const kwh = (name: string, expected: number, gotWh: number) =>
    near({ name: `day: ${name}`, expected, got: gotWh / 1_000, tolerance: TOLERANCE_KWH, unit: 'kWh' })
  const volts = (name: string, expected: number, got: number) =>
    near({ name, expected, got, tolerance: TOLERANCE_V, unit: 'V' })
  return [
    kwh('energy behind the transformer', day.secondaryKwh, sums.sourceWh),
    kwh('energy behind the transformer, as OpenDSS published it', day.publishedKwh, sums.sourceWh),
    kwh('energy of the loads', day.loadKwh, sums.loadWh),
    kwh('losses of the lines', day.lineLossKwh, sums.lossWh),
    allNear({
      name: 'day: power behind the transformer, every hour',
      expected: day.everyHourKw,
      got: everyHourKw,
      tolerance: 0.01,
      unit: 'kW',
    }),
    near({ name: 'day: peak', expected: day.peakKw, got: peak.sourceW / 1_000, tolerance: 0.01, unit: 'kW' }),
    same({ name: 'day: minute of the peak', expected: day.peakMinute, got: peak.minute }),
    volts('day: lowest voltage', day.lowestV, lowest.volts),
    same({
      name: 'day: bus and minute of the lowest voltage',
      expected: `${day.lowestBus}, ${day.lowestMinute}`,
      got: `${lowest.bus}, ${lowest.minute}`,
    }),
    ...watched.flatMap(({ load, volts: seen }) => {
      const name = `day at bus ${load.bus}, phase ${load.phase}`
      const least = Math.min(...seen)
      return [
        volts(`${name}: lowest voltage`, load.lowestV, least),
        same({ name: `${name}: its minute`, expected: load.lowestMinute, got: seen.indexOf(least) + 1 }),
        volts(`${name}: highest voltage`, load.highestV, Math.max(...seen)),
        allNear({
          name: `${name}: voltage every hour`,
          expected: load.everyHourV,
          got: load.everyHourV.map((_, hour) => seen[60 * hour + 59] ?? Number.NaN),
          tolerance: TOLERANCE_V,
          unit: 'V',
        }),
        volts(`${name}: mean voltage`, load.meanV, seen.reduce((total, one) => total + one) / MINUTES),
      ]
    }),
  ]
}

/** The IEEE European low-voltage test feeder: three minutes at every bus and phase, and its day. */
export function europeanFeeder(): ValidationSubject {
  return {
    title: 'IEEE European low-voltage test feeder',
    about:
      'IEEE PES Test Feeder Working Group: 906 buses, 55 homes on single phases, a day of minutes. Voltages as GridLAB-D published them; OpenDSS, published beside it, differs from them by up to 0.0018 V.',
    cases: [...([1, 566, 1440] as const).flatMap(snapshotCases), ...dayCases()],
  }
}
