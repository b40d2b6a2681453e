import { describe, expect, it } from 'vitest'
import { marginalLosses } from '#sim/grid/marginal-losses.ts'
import { allocateLosses, type Feeder, feederPowers, NotConverged, type PerPhase } from '#sim/index.ts'
import known from './known-cases.json' with { type: 'json' }
import { flowOf, solved } from './solved.ts'

/** What a case tells, and how near it must be met. */
interface Expected {
  readonly [figure: string]: unknown
}
const cases = known.cases as unknown as readonly {
  readonly name: string
  readonly feeder: Feeder
  readonly expected: Expected
  readonly tolerance: Readonly<Record<string, number>>
}[]

const flat = (of: PerPhase | readonly PerPhase[]): readonly number[] => [of].flat(2) as readonly number[]

/** The largest difference between what was found and what is known, of equal length. */
function farthest(found: PerPhase | readonly PerPhase[], expected: PerPhase | readonly PerPhase[]): number {
  const [ones, others] = [flat(found), flat(expected)]
  expect(ones).toHaveLength(others.length)
  return Math.max(...ones.map((one, index) => Math.abs(one - (others[index] as number))))
}

describe.each(cases)('$name', ({ feeder, expected, tolerance }) => {
  const report = solved(feeder)
  const within = (figure: string, found: PerPhase | readonly PerPhase[], value: unknown) =>
    expect(farthest(found, value as PerPhase), figure).toBeLessThanOrEqual(tolerance[figure] as number)

  it('is solved as it is known', () => {
    let figures = 0
    for (const [figure, value] of Object.entries(expected)) {
      figures++
      if (figure === 'perUnit' || figure === 'volts' || figure === 'angleDeg' || figure === 'unbalancePercent') {
        for (const [bus, known] of Object.entries(value as Record<string, PerPhase>)) {
          within(figure, report.buses[bus]?.[figure] ?? [], known)
        }
      } else if (figure === 'amps') {
        within(
          figure,
          report.lines.map(({ amps }) => amps),
          value,
        )
      } else if (figure === 'neutralAmps') {
        within(
          figure,
          report.lines.map(({ neutralAmps }) => neutralAmps ?? Number.NaN),
          value,
        )
      } else if (figure === 'transformerAmps') {
        within(
          'amps',
          report.transformers.map(({ amps }) => amps),
          value,
        )
      } else if (figure === 'outsideBand') {
        const outside = report.violations.filter(({ kind }) => kind === 'undervoltage' || kind === 'overvoltage')
        expect(outside.map((one) => 'bus' in one && one.bus).toSorted()).toEqual(value)
      } else if (figure === 'overloaded') {
        const over = report.violations.filter((one) => one.kind === 'overload').map(({ from, to }) => `${from} – ${to}`)
        expect(over.toSorted()).toEqual((value as string[]).toSorted())
      } else if (figure === 'lowestBus') {
        const lowest = Object.entries(report.buses).toSorted(([, one], [, other]) => +one.perUnit - +other.perUnit)
        expect(lowest[0]?.[0]).toBe(value)
      } else if (figure === 'lossKw' || figure === 'lossKvar' || figure === 'sourceKw' || figure === 'sourceKvar') {
        within(figure, report[figure], value)
      } else throw new Error(`no such figure: ${figure}`)
    }
    expect(figures).toBeGreaterThan(2)
  })
})

describe('two buses', () => {
  const [r1Ohm, x1Ohm] = [0.1, 0.05]
  const feeder = (pKw: number): Feeder => ({
    frequencyHz: 50,
    phases: 1,
    source: { bus: '1', voltageLineToLineV: 400, perUnit: 1 },
    lines: [{ from: '1', to: '2', r1Ohm, x1Ohm }],
    loads: [{ bus: '2', phase: 'ABC', pKw, qKvar: 0 }],
  })
  // Pmax = V² / (2 (R + |Z|)), the nose of the curve.
  const mostKw = 400 ** 2 / (2 * (r1Ohm + Math.hypot(r1Ohm, x1Ohm))) / 1_000

  it('are solved up to the most that the line can carry, and refused above it by the name of the bus', () => {
    expect(mostKw).toBeCloseTo(377.7088, 3)
    const near = solved(feeder(mostKw * 0.9999))
    // V² = V0²/2 − PR + √…: at the nose the root is gone.
    expect(near.buses['2']?.perUnit).toBeCloseTo(Math.sqrt(0.5 - (mostKw * 1_000 * r1Ohm) / 400 ** 2), 1)
    for (const above of [1.0001, 1.1, 10, 1_000]) {
      const attempt = () => solved(feeder(mostKw * above))
      expect(attempt).toThrow(NotConverged)
      expect(attempt).toThrow(/bus "2"/)
    }
  })

  it('have no voltages to read before there is a solution, nor after there was none', () => {
    const flow = flowOf(feeder(10))
    expect(() => flow.state()).toThrow(/not been solved/)
    flow.solve(feederPowers(feeder(10)))
    expect(flow.totals().lossW).toBeGreaterThan(0)
    expect(() => flow.solve(feederPowers(feeder(1_000)))).toThrow(NotConverged)
    expect(() => flow.totals()).toThrow(/not been solved/)
    expect(() => flow.solve(feederPowers({ ...feeder(1), loads: [] }))).toThrow(/0 and 0 powers for 1 points/)
    expect(flow.solve(feederPowers(feeder(10)))).toBeGreaterThan(2)
  })
})

// Held against 64 power flows of an independent program; the eight buses' evening and noon.
describe('losses shared out', () => {
  const evening = cases.find(({ name }) => name.includes('evening peak')) as (typeof cases)[number]
  const noon = cases.find(({ name }) => name.includes('noon, 20 %')) as (typeof cases)[number]
  const flow = flowOf(evening.feeder)
  const powers = feederPowers(evening.feeder)
  const shared = (method: 'pro-rata' | 'marginal' | 'shapley') =>
    Array.from(allocateLosses(flow, { powers, method }), (watts) => watts / 1_000)
  const totalKw = 0.36456547

  it.each([
    ['pro-rata', [0.04265111, 0.06600768, 0.03148058, 0.09139524, 0.05483715, 0.07819371]],
    ['marginal', [0.02761014, 0.05215261, 0.02861052, 0.09912172, 0.06041367, 0.09665682]],
    ['shapley', [0.02768612, 0.05230876, 0.02878767, 0.09897615, 0.06036132, 0.09644545]],
  ] as const)('%s, and adding up', (method, expected) => {
    const kw = shared(method)
    expect(farthest(kw, expected)).toBeLessThan(1e-5)
    expect(kw.reduce((sum, one) => sum + one)).toBeCloseTo(totalKw, 7)
    expect(kw.reduce((sum, one) => sum + one)).toBeCloseTo(flow.totals().lossW / 1_000, 12)
  })

  it('by what a little more does to them', () => {
    const expected = [0.01253513, 0.01529932, 0.01759841, 0.0210008, 0.02133295, 0.02393598]
    expect(farthest([...marginalLosses(flow, powers)], expected)).toBeLessThan(1e-5)
    // At noon what is fed in comes in vain, and a load is credited.
    const sunny = marginalLosses(flowOf(noon.feeder), feederPowers(noon.feeder))
    const injected = [0.00428357, 0.00544924, 0.00716494, 0.01078011, 0.00768554, 0.00972344]
    expect(
      farthest(
        Array.from(sunny.subarray(0, 6), (factor) => -factor),
        injected,
      ),
    ).toBeLessThan(1e-5)
  })

  it('with reactive power alone, by apparent power', () => {
    const idle = { activeW: new Float64Array(6), reactiveVar: powers.reactiveVar }
    const watts = allocateLosses(flow, { powers: idle, method: 'marginal' })
    expect(watts.reduce((sum, one) => sum + one)).toBeCloseTo(flow.totals().lossW, 9)
    expect((watts[3] as number) / (watts[0] as number)).toBeCloseTo(2.2, 9)
  })

  it('by Shapley for 16 loads at most', () => {
    const many: Feeder = {
      ...evening.feeder,
      loads: Array.from({ length: 17 }, () => evening.feeder.loads[0] as Feeder['loads'][number]),
    }
    expect(() => allocateLosses(flowOf(many), { powers: feederPowers(many), method: 'shapley' })).toThrow(
      /at most 16 points, not 17/,
    )
  })
})
