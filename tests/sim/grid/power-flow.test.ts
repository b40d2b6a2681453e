import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LimitCheck } from '#sim/grid/limit-check.ts'
import { EN_50160, type Limits, type Violation } from '#sim/grid/limits.ts'
import { violationsOf } from '#sim/grid/violations-of.ts'
import { type Feeder, feederPowers, type PerPhase } from '#sim/index.ts'
import { drawnFeeder } from './drawn-feeder.ts'
import { newton } from './newton.ts'
import { flowOf, solved } from './solved.ts'

const always = (rule: (seed: number) => void, numRuns = 60) =>
  fc.assert(fc.property(fc.nat(), rule), { numRuns, seed: 7 })

const each = (of: PerPhase): readonly number[] => (typeof of === 'number' ? [of] : of)

const voltages = (feeder: Feeder, buses: 'all' | 'loaded' = 'loaded') =>
  Object.entries(solved(feeder, { buses }).buses)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, { volts }]) => each(volts))

const farthest = (ones: readonly number[], others: readonly number[]) => {
  expect(ones).toHaveLength(others.length)
  return Math.max(...ones.map((one, at) => Math.abs(one - (others[at] as number))))
}

describe('a power flow of three phases', () => {
  it('is what Newton finds on the admittances of the whole network', () => {
    always((seed) => {
      const feeder = drawnFeeder(seed)
      const { buses } = solved(feeder)
      for (const [bus, expected] of Object.entries(newton(feeder))) {
        const { volts, angleDeg } = buses[bus] as (typeof buses)[string]
        for (const [phase, [re, im]] of expected.entries()) {
          const angle = ((each(angleDeg)[phase] as number) * Math.PI) / 180
          const found = each(volts)[phase] as number
          expect(Math.hypot(found * Math.cos(angle) - re, found * Math.sin(angle) - im)).toBeLessThan(1e-4)
        }
      }
    }, 40)
  })

  it('of balanced loads is that of one phase', () => {
    always((seed) => {
      const balanced = drawnFeeder(seed, { phases: 1 })
      const lines = balanced.lines.map((line) => ({ ...line, r0Ohm: 3 * line.r1Ohm, x0Ohm: 3 * line.x1Ohm }))
      const [one, three] = [solved(balanced), solved({ ...balanced, phases: 3, lines })]
      for (const [bus, { volts }] of Object.entries(one.buses)) {
        for (const phase of each(three.buses[bus]?.volts ?? [])) expect(phase).toBeCloseTo(volts as number, 5)
      }
      expect(three.lossKw).toBeCloseTo(one.lossKw, 6)
      expect(three.sourceKvar).toBeCloseTo(one.sourceKvar, 6)
    })
  })

  it('carries a single-phase load down one phase and back through the neutral', () => {
    const feeder: Feeder = {
      frequencyHz: 50,
      phases: 3,
      source: { bus: '0', voltageLineToLineV: 400, perUnit: 1 },
      lines: [{ from: '0', to: '1', r1Ohm: 0.1, x1Ohm: 0, r0Ohm: 0.4, x0Ohm: 0 }],
      loads: [{ bus: '1', phase: 'B', pKw: 4, qKvar: 0 }],
    }
    const { buses, lines } = solved(feeder)
    const [a, b, c] = each(lines[0]?.amps ?? [])
    expect([a, c]).toEqual([0, 0])
    expect(lines[0]?.neutralAmps).toBeCloseTo(b as number, 9)
    // Out by 0.1 + (0.4 − 0.1)/3 = 0.2 ohm; the other phases see the neutral's part, 0.1 ohm, in the current's direction.
    const [voltA, voltB, voltC] = each(buses['1']?.volts ?? [])
    expect(voltB).toBeCloseTo(400 / Math.sqrt(3) - 0.2 * (b as number), 6)
    expect(voltA).toBeGreaterThan(400 / Math.sqrt(3))
    expect(voltA).toBeCloseTo(voltC as number, 9)
  })

  it('lets no zero sequence through a delta, and all of it through two stars', () => {
    const through = (vectorGroup: 'Dyn' | 'YNyn'): Feeder => ({
      frequencyHz: 50,
      phases: 3,
      source: { bus: 'high', voltageLineToLineV: 10_000, perUnit: 1, z1Ohm: [1, 2], z0Ohm: [3, 6] },
      transformers: [
        { from: 'high', to: 'low', ratedKva: 100, vkPercent: 4, vkrPercent: 1, highV: 10_000, lowV: 400, vectorGroup },
      ],
      lines: [{ from: 'low', to: 'home', r1Ohm: 0.05, x1Ohm: 0.02, r0Ohm: 0.2, x0Ohm: 0.08 }],
      loads: [{ bus: 'home', phase: 'A', pKw: 10, qKvar: 0 }],
    })
    const sumAtSource = (feeder: Feeder) => {
      const flow = flowOf(feeder)
      flow.solve(feederPowers(feeder))
      const { current } = flow.state()
      const part = (at: number) => (current[at] ?? 0) + (current[at + 2] ?? 0) + (current[at + 4] ?? 0)
      return Math.hypot(part(0), part(1))
    }
    expect(sumAtSource(through('Dyn'))).toBeLessThan(1e-9)
    expect(sumAtSource(through('YNyn'))).toBeGreaterThan(1_000)
  })
})

describe('a power flow', () => {
  it.each([1, 3] as const)('of %i phases loses what goes in and does not come out', (phases) => {
    always((seed) => {
      const feeder = drawnFeeder(seed, { phases })
      const { sourceKw, sourceKvar, lossKw, lossKvar } = solved(feeder)
      const taken = (of: 'pKw' | 'qKvar') => feeder.loads.reduce((sum, load) => sum + load[of], 0)
      expect(sourceKw - taken('pKw')).toBeCloseTo(lossKw, 6)
      expect(sourceKvar - taken('qKvar')).toBeCloseTo(lossKvar, 6)
      expect(lossKw).toBeGreaterThanOrEqual(0)
    })
  })

  it.each([1, 3] as const)('of %i phases is the same with load-free buses merged, to the last one', (phases) => {
    let merged = 0
    always((seed) => {
      const feeder = drawnFeeder(seed, { phases, buses: 14 })
      merged += 14 - flowOf(feeder).swept.nodes.length
      expect(farthest(voltages(feeder), voltages(feeder, 'all'))).toBeLessThan(1e-5)
      const [some, all] = [solved(feeder), solved(feeder, { buses: 'all' })]
      expect(some.lossKw).toBeCloseTo(all.lossKw, 7)
      const amps = (report: typeof some) => report.lines.flatMap((line) => each(line.amps))
      expect(farthest(amps(some), amps(all))).toBeLessThan(1e-5)
    })
    expect(merged).toBeGreaterThan(100)
  })

  it('does not depend on the order of the file', () => {
    always((seed) => {
      const feeder = drawnFeeder(seed)
      const turned = { ...feeder, lines: feeder.lines.toReversed(), loads: feeder.loads.toReversed() }
      expect(farthest(voltages(turned), voltages(feeder))).toBeLessThan(1e-6)
    }, 30)
  })

  it('is found again from where it is, however often', () => {
    always((seed) => {
      const feeder = drawnFeeder(seed, { buses: 40 })
      const powers = feederPowers(feeder)
      const flow = flowOf(feeder)
      flow.solve(powers)
      for (let again = 0; again < 20; again++) expect(flow.solve(powers)).toBeLessThan(10)
    })
  })

  it('depends on its loads alone, not on what was solved before', () => {
    always((seed) => {
      const feeder = drawnFeeder(seed)
      const powers = feederPowers(feeder)
      const flow = flowOf(feeder)
      flow.solve(powers)
      const fresh = flow.state().voltage.slice()
      flow.solve({ activeW: powers.activeW.map((watts) => -0.3 * watts), reactiveVar: powers.reactiveVar })
      flow.solve(powers)
      expect(farthest([...flow.state().voltage], [...fresh])).toBeLessThan(1e-8)
      flow.restart()
      flow.solve(powers)
      expect([...flow.state().voltage]).toEqual([...fresh])
    }, 30)
  })

  it.each([1, 3] as const)('of %i phases is held to limits at every bus, merged or not', (phases) => {
    const counts = { broken: 0, kept: 0 }
    always((seed) => {
      const feeder = drawnFeeder(seed, { phases, buses: 14 })
      const [some, all] = [flowOf(feeder), flowOf(feeder, { buses: 'all' })]
      const check = (limits: Limits) => new LimitCheck(some, limits).violations()
      some.solve(feederPowers(feeder))
      all.solve(feederPowers(feeder))
      const named = (violations: readonly Violation[]) =>
        violations.map((one) => `${one.kind} ${'bus' in one ? one.bus : `${one.from} ${one.to}`}`)
      // Limits as tight as they are at some bus, so that what decides is often a bus in between.
      const spread = Object.values(solved(feeder).buses).map(({ perUnit }) => Math.min(...each(perUnit)))
      const lowPerUnit = Math.min(...spread) + (seed % 2 === 0 ? 1e-6 : -1e-6)
      for (const limits of [EN_50160, { lowPerUnit, highPerUnit: 1.2, unbalancePercent: 0.5 }]) {
        const expected = named(violationsOf(all.state(), limits))
        expect(named(check(limits))).toEqual(expected)
        counts[expected.length === 0 ? 'kept' : 'broken']++
      }
    }, 100)
    expect(counts.kept).toBeGreaterThan(10)
    expect(counts.broken).toBeGreaterThan(10)
  })

  it.each([1, 3] as const)('of %i phases sees a merged bus that is below both of its neighbours', (phases) => {
    // Along a reactance the voltage turns: between two ends of 1 per unit, 20° apart, the middle has cos 10°.
    const turn = (20 * Math.PI) / 180
    const half = { r1Ohm: 0, x1Ohm: 0.5, r0Ohm: 0, x0Ohm: 0.5 }
    const feeder: Feeder = {
      frequencyHz: 50,
      phases,
      source: { bus: 'source', voltageLineToLineV: 400, perUnit: 1 },
      lines: [
        { from: 'source', to: 'middle', ...half },
        { from: 'middle', to: 'end', ...half },
      ],
      loads: [{ bus: 'end', phase: 'ABC', pKw: 160 * Math.sin(turn), qKvar: 160 * (Math.cos(turn) - 1) }],
    }
    const flow = flowOf(feeder)
    flow.solve(feederPowers(feeder))
    const found = new LimitCheck(flow, { ...EN_50160, lowPerUnit: 0.99 }).violations()
    expect(found).toMatchObject([{ kind: 'undervoltage', bus: 'middle' }])
    expect(found[0]).toHaveProperty('perUnit', expect.closeTo(Math.cos(turn / 2), 6))
  })
})
