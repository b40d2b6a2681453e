import { describe, expect, it } from 'vitest'
import { feederTree } from '#sim/grid/feeder-tree.ts'
import { IEEE_KVAR_PER_KW, ieeeEuropeanLv, ieeeEuropeanLvDayW } from '#sim/grid/feeders/ieee-european-lv.ts'
import { type Feeder, feederPowers, PowerFlow } from '#sim/index.ts'
import published from '#sim/validation/cases/ieee-european-lv.json' with { type: 'json' }
import { flowOf } from './solved.ts'

/** The published tools differ by up to 1.8 mV; 0.01 V is 4e-5 per unit. */
const VOLTS = 0.01
const PHASES = ['A', 'B', 'C']

/** The feeder from the low side of its transformer on, behind what stands above it in both sequences. */
const belowTransformer = (feeder: Feeder): Feeder => ({
  ...feeder,
  source: {
    bus: '1',
    voltageLineToLineV: 416,
    perUnit: 1.05,
    z1Ohm: [0.0015996038491562156, 0.011590095396624861],
    z0Ohm: [0.00086528, 0.0086528],
  },
  transformers: [],
})

function voltsAt(flow: PowerFlow, bus: string): readonly number[] {
  const node = flow.tree.buses.indexOf(bus)
  const { voltage, tree } = flow.state()
  const at = (phase: number) => 6 * node + 2 * phase
  return PHASES.map(
    (_, phase) =>
      Math.hypot(voltage[at(phase)] as number, voltage[at(phase) + 1] as number) * (tree.baseV[node] as number),
  )
}

describe.each([1, 566, 1440] as const)('the European test feeder in minute %i', (minute) => {
  const { volts, lineLossW, secondaryKwKvar, lowest } = published.snapshots[`${minute}`]
  const feeder = ieeeEuropeanLv({ minute })

  it.each([
    ['behind its transformer', feeder, 'all'],
    ['with its load-free buses merged', feeder, 'loaded'],
    ['behind an equivalent source', belowTransformer(feeder), 'loaded'],
  ] as const)('has the published voltage at all 906 buses, %s', (_, of, buses) => {
    const flow = flowOf(of, { buses })
    flow.solve(feederPowers(of))
    const far = Array.from({ length: 906 }, (_, index) =>
      voltsAt(flow, `${index + 1}`).map((one, phase) => Math.abs(one - (volts[3 * index + phase] as number))),
    )
    expect(Math.max(...far.flat())).toBeLessThan(VOLTS)
    expect(Math.min(...voltsAt(flow, `${lowest.bus}`))).toBeCloseTo(lowest.v, 2)
  })

  it('has the published losses and power behind the transformer', () => {
    const flow = flowOf(belowTransformer(feeder))
    flow.solve(feederPowers(feeder))
    const { lossW, sourceW, sourceVar } = flow.totals()
    expect(Math.abs(lossW - lineLossW)).toBeLessThan(10)
    const sum = (part: number) => secondaryKwKvar.reduce((total, one) => total + (one[part] as number), 0)
    expect(Math.abs(sourceW / 1_000 - sum(0))).toBeLessThan(0.01)
    expect(Math.abs(sourceVar / 1_000 - sum(1))).toBeLessThan(0.01)
  })
})

describe('the day of the European test feeder', () => {
  const feeder = belowTransformer(ieeeEuropeanLv())
  const flow = new PowerFlow({ tree: feederTree(feeder, { file: 'feeder' }) })
  const dayW = ieeeEuropeanLvDayW()
  const powers = { activeW: new Float64Array(55), reactiveVar: new Float64Array(55) }
  const { day } = published
  const watched = day.loads.map((load) => ({
    ...load,
    node: flow.tree.buses.indexOf(load.bus),
    volts: new Float64Array(1440),
  }))
  const sum = { sourceWh: 0, lossWh: 0, loadWh: 0 }
  const peak = { watts: 0, minute: 0 }
  const lowest = { volts: Number.POSITIVE_INFINITY, bus: '', minute: 0 }
  for (let minute = 1; minute <= 1440; minute++) {
    for (const [load, minutesW] of dayW.entries()) {
      powers.activeW[load] = minutesW[minute - 1] as number
      powers.reactiveVar[load] = powers.activeW[load] * IEEE_KVAR_PER_KW
    }
    flow.solve(powers)
    const { sourceW, lossW } = flow.totals()
    const loadW = powers.activeW.reduce((total, watts) => total + watts, 0)
    sum.sourceWh += sourceW / 60
    sum.lossWh += lossW / 60
    sum.loadWh += loadW / 60
    if (loadW > peak.watts) Object.assign(peak, { watts: sourceW, minute })
    const { voltage, tree } = flow.state()
    const baseV = tree.baseV[0] as number
    for (const { node, phase, volts } of watched) {
      const at = 6 * node + 2 * PHASES.indexOf(phase)
      volts[minute - 1] = Math.hypot(voltage[at] as number, voltage[at + 1] as number) * baseV
    }
    for (let at = 0; at < voltage.length; at += 2) {
      const volts = Math.hypot(voltage[at] as number, voltage[at + 1] as number) * baseV
      if (volts < lowest.volts) Object.assign(lowest, { volts, bus: tree.buses[Math.floor(at / 6)], minute })
    }
  }

  it('takes the published energy, and loses it', () => {
    expect(Math.abs(sum.sourceWh / 1_000 - day.publishedKwh)).toBeLessThan(0.01)
    expect(Math.abs(sum.sourceWh / 1_000 - day.secondaryKwh)).toBeLessThan(0.001)
    expect(Math.abs(sum.lossWh / 1_000 - day.lineLossKwh)).toBeLessThan(0.001)
    expect(Math.abs(sum.loadWh / 1_000 - day.loadKwh)).toBeLessThan(0.001)
  })

  it('has its peak and its lowest voltage where and when they are known', () => {
    expect(peak.minute).toBe(day.peakMinute)
    expect(lowest).toMatchObject({ bus: day.lowestBus, minute: day.lowestMinute })
    expect(Math.abs(lowest.volts - day.lowestV)).toBeLessThan(VOLTS)
  })

  it.each(watched)('has the published voltages at bus $bus, phase $phase', ({ volts, ...known }) => {
    expect(Math.abs(Math.min(...volts) - known.lowestV)).toBeLessThan(VOLTS)
    expect(volts.indexOf(Math.min(...volts)) + 1).toBe(known.lowestMinute)
    expect(Math.abs(Math.max(...volts) - known.highestV)).toBeLessThan(VOLTS)
    expect(Math.abs(volts.reduce((total, one) => total + one) / 1440 - known.meanV)).toBeLessThan(VOLTS)
  })
})
