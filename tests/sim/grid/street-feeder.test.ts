import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { decodeFeeder } from '#sim/grid/decode-feeder.ts'
import { streetFeeder } from '#sim/grid/feeders/street-feeder.ts'
import { LimitCheck } from '#sim/grid/limit-check.ts'
import { EN_50160 } from '#sim/grid/limits.ts'
import { BUILT_IN_FEEDERS, feederPowers, hostingCapacity, loadFeeder, PowerFlow } from '#sim/index.ts'
import { flowOf } from './solved.ts'

describe.each(BUILT_IN_FEEDERS)('the built-in feeder %s', (name) => {
  const { feeder, tree } = Effect.runSync(loadFeeder(name))
  const flow = new PowerFlow({ tree })
  const powers = feederPowers(feeder)

  it('is what its own file would say, and keeps every limit', () => {
    expect(decodeFeeder({ file: name, text: JSON.stringify(feeder) })).toEqual(feeder)
    flow.solve(powers)
    expect(new LimitCheck(flow, EN_50160).violations()).toEqual([])
    const { lossW, sourceW } = flow.totals()
    expect(lossW / sourceW).toBeGreaterThan(0.002)
    expect(lossW / sourceW).toBeLessThan(0.05)
  })

  it.each(['generation', 'load'] as const)('hosts so much %s at every home and not a watt more', (add) => {
    const points = [...powers.activeW.keys()]
    const { perPointW, limitedBy } = hostingCapacity(flow, { powers, points, add, limits: EN_50160 })
    expect(perPointW).toBeGreaterThan(500)
    const broken = (addedW: number) => {
      const added = add === 'load' ? addedW : -addedW
      flow.solve({ activeW: powers.activeW.map((watts) => watts + added), reactiveVar: powers.reactiveVar })
      return new LimitCheck(flow, EN_50160).violations()
    }
    expect(broken(perPointW)).toEqual([])
    const [first] = broken(perPointW + 1)
    expect(first?.kind).toBe((limitedBy as { kind?: string } | null)?.kind)
  })
})

describe('a street', () => {
  it('leaves the cables of its homes as they are when one more is built', () => {
    const [fewer, more] = [streetFeeder({ kind: 'village', homes: 20 }), streetFeeder({ kind: 'village', homes: 21 })]
    expect(more.lines.slice(0, fewer.lines.length)).toEqual(fewer.lines)
    expect(more.loads.map(({ bus }) => bus)).toEqual([...fewer.loads.map(({ bus }) => bus), 'home-21'])
  })

  it('is worse off with its homes on one phase each, in turn', () => {
    const lossOf = (connection: 'three-phase' | 'single-phase') => {
      const feeder = streetFeeder({ kind: 'suburb', homes: 31, connection })
      const flow = flowOf(feeder)
      flow.solve(feederPowers(feeder))
      return flow.totals().lossW
    }
    expect(lossOf('single-phase')).toBeGreaterThan(1.5 * lossOf('three-phase'))
  })

  it('has a home or more', () => {
    expect(() => streetFeeder({ kind: 'rural', homes: 0 })).toThrow(/1 home or more, not 0/)
  })

  it('hosts nothing where a limit is broken already, and tells of a collapse', () => {
    const feeder = streetFeeder({ kind: 'rural' })
    const powers = feederPowers(feeder)
    const given = { powers, points: [13], add: 'load', limits: EN_50160 } as const
    const strict = { ...EN_50160, lowPerUnit: 0.999 }
    expect(hostingCapacity(flowOf(feeder), { ...given, limits: strict })).toMatchObject({
      perPointW: 0,
      limitedBy: { kind: 'undervoltage' },
    })
    const unrated = { ...feeder, lines: feeder.lines.map(({ ratingA: _, ...line }) => line) }
    const transformers = feeder.transformers?.map((one) => ({ ...one, ratedKva: 1e5 })) ?? []
    const boundless = { lowPerUnit: 0, highPerUnit: 9, unbalancePercent: 1e9 }
    const found = hostingCapacity(flowOf({ ...unrated, transformers }), { ...given, limits: boundless, maxW: 1e7 })
    expect(found.limitedBy).toBe('collapse')
    expect(found.perPointW).toBeGreaterThan(100_000)
  })
})
