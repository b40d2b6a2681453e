import { describe, expect, it } from 'vitest'
import { marginalLosses } from '#sim/grid/marginal-losses.ts'
import { allocateLosses, type Feeder, feederPowers, NotConverged } from '#sim/index.ts'
import shared from '#sim/validation/cases/shared-losses.json' with { type: 'json' }
import { casesOfFeeder, knownFeeder, knownFeeders } from '#sim/validation/known-feeders.ts'
import { flowOf, solved } from './solved.ts'

/** The largest difference between what was found and what is known, of equal length. */
function farthest(found: readonly number[], expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length)
  return Math.max(...found.map((one, index) => Math.abs(one - (expected[index] as number))))
}

describe.each(knownFeeders)('$name', (known) => {
  it('is solved as it is known', () => {
    const cases = casesOfFeeder(known)
    expect(cases.filter(({ isMet }) => !isMet)).toEqual([])
    expect(cases.length).toBeGreaterThan(2)
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
  const { evening: known } = shared
  const evening = knownFeeder(known.feeder)
  const noon = knownFeeder(shared.noon.feeder)
  const flow = flowOf(evening.feeder)
  const powers = feederPowers(evening.feeder)
  const kwOf = (method: 'pro-rata' | 'marginal' | 'shapley') =>
    Array.from(allocateLosses(flow, { powers, method }), (watts) => watts / 1_000)

  it.each(['pro-rata', 'marginal', 'shapley'] as const)('%s, and adding up', (method) => {
    const kw = kwOf(method)
    expect(farthest(kw, known[method])).toBeLessThan(1e-5)
    expect(kw.reduce((sum, one) => sum + one)).toBeCloseTo(known.totalKw, 7)
    expect(kw.reduce((sum, one) => sum + one)).toBeCloseTo(flow.totals().lossW / 1_000, 12)
  })

  it('by what a little more does to them', () => {
    expect(farthest([...marginalLosses(flow, powers)], known.factors)).toBeLessThan(1e-5)
    // At noon what is fed in comes in vain, and a load is credited.
    const sunny = marginalLosses(flowOf(noon.feeder), feederPowers(noon.feeder))
    expect(
      farthest(
        Array.from(sunny.subarray(0, 6), (factor) => -factor),
        shared.noon.injectionFactors,
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
