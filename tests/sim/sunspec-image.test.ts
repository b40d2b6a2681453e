import { readFileSync } from 'node:fs'
import { Effect } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sunspecImage } from '#sim/emulator/sunspec-image.ts'
import models from '#sim/emulator/sunspec-models.json' with { type: 'json' }
import { generateScenario, type HomeState } from '#sim/index.ts'
import { besideCheckout } from './reference.ts'
import { decodeSunspec } from './sunspec-decoder.ts'

const reference = besideCheckout('shared/reference/meter/devices/sunspec-core-models.json')

const battery = {
  capacityWh: 10_000,
  chargePowerW: 5_000,
  dischargePowerW: 5_000,
  chargeEfficiency: 0.95,
  dischargeEfficiency: 0.95,
  minSocPerMille: 50,
  maxSocPerMille: 950,
  initialSocPerMille: 500,
  selfDischargePerHour: 0,
  fadePerCycle: 0,
  fadePerYear: 0,
}
const states: fc.Arbitrary<HomeState> = fc.record({
  timeMs: fc.constant(0),
  loadW: fc.constant(0),
  grid: fc.record({
    powerW: fc.integer({ min: -200_000, max: 200_000 }),
    importWh: fc.integer({ min: 0, max: 2 ** 34 }),
    exportWh: fc.integer({ min: 0, max: 2 ** 34 }),
  }),
  roof: fc.option(
    fc.record({
      powerW: fc.integer({ min: 0, max: 100_000 }),
      producedWh: fc.integer({ min: 0, max: 2 ** 34 }),
      peakW: fc.integer({ min: 100, max: 100_000 }),
    }),
  ),
  battery: fc.option(
    fc.record({
      powerW: fc.integer({ min: -100_000, max: 100_000 }),
      storedWh: fc.constant(0),
      socBasisPoints: fc.integer({ min: 0, max: 10_000 }),
      battery: fc.constant(battery),
    }),
  ),
  heatPump: fc.constant(null),
  car: fc.constant(null),
})

describe('the SunSpec image', () => {
  it('decodes to the state: powers within their scale, counters modulo 2^32, signs as the models say', () => {
    fc.assert(
      fc.property(states, (state) => {
        const { serial, models: found } = decodeSunspec(sunspecImage({ home: 'home-01', state }))
        expect(serial).toBe('home-01')
        const inverter = state.roof === null ? [] : [state.roof.peakW <= 4600 ? 101 : 103]
        expect(found.map((model) => model.id)).toEqual([1, ...inverter, 203, ...(state.battery === null ? [] : [802])])
        const points = (id: number | undefined) => found.find((model) => model.id === id)?.points ?? {}
        const near = (value: number | undefined, truth: number) => {
          const coarse = Math.abs(truth) > 32_767 * 10 ? 50 : Math.abs(truth) > 32_767 ? 5 : 0
          expect(Math.abs((value ?? Number.NaN) - truth)).toBeLessThanOrEqual(coarse)
        }
        const meter = points(203)
        near(meter.W, state.grid.powerW)
        expect(meter).toMatchObject({
          TotWhImp: state.grid.importWh % 2 ** 32,
          TotWhExp: state.grid.exportWh % 2 ** 32,
        })
        expect(meter.PhV).toBeCloseTo(230)
        if (Math.abs(state.grid.powerW) < 32_767) {
          expect((meter.WphA ?? 0) + (meter.WphB ?? 0) + (meter.WphC ?? 0)).toBe(state.grid.powerW)
        }
        if (state.roof !== null) {
          near(points(inverter[0]).W, state.roof.powerW)
          expect(points(inverter[0]).WH).toBe(state.roof.producedWh % 2 ** 32)
        }
        if (state.battery !== null) {
          near(points(802).W, -state.battery.powerW)
          expect(points(802).SoC).toBeCloseTo(state.battery.socBasisPoints / 100)
          expect(points(802)).toMatchObject({ WHRtg: 10_000, WChaRteMax: 5_000, Typ: 4 })
        }
      }),
    )
  })

  it('carries the sentinel of its type where the home has no such value', () => {
    const grid = { powerW: 300, importWh: 5, exportWh: 0 }
    const roof = { powerW: 900, producedWh: 7, peakW: 4000 }
    const rest = { powerW: 0, storedWh: 0, socBasisPoints: 5000, battery }
    const { models: found } = decodeSunspec(
      sunspecImage({ home: 'a', state: { timeMs: 0, loadW: 0, grid, roof, battery: rest, heatPump: null, car: null } }),
    )
    const points = (id: number) => found.find((model) => model.id === id)?.points
    expect(points(101)).toMatchObject({
      AphB: 0xffff,
      VA: -0x8000,
      DCW_SF: -0x8000,
      EvtVnd4: 0xffffffff,
      Evt1: 0,
      St: 4,
    })
    expect(points(203)).toMatchObject({ VA: -0x8000, PF_SF: -0x8000, TotWhExpPhA: 0, Evt: 0, W: 300 })
    expect(points(802)).toMatchObject({ DoD: 0xffff, NCyc: 0xffffffff, ChaSt: 6, W: 0, A: 0 })
  })

  it('stands at the addresses a walk from 40000 expects', () => {
    const { homes, startMs } = Effect.runSync(generateScenario({ homes: 5, seed: 1 }))
    const state = homes[4]?.advanceTo(startMs)
    if (state === undefined) throw new Error('a street of five has five homes')
    const { models: found } = decodeSunspec(sunspecImage({ home: 'home-05', state }))
    expect(found.map(({ id, address, length }) => [id, address, length])).toEqual([
      [1, 40_002, 66],
      [103, 40_070, 50],
      [203, 40_122, 105],
      [802, 40_229, 62],
    ])
  })

  it.skipIf(!reference.there)('is laid out as the model definitions say, point by point', () => {
    interface Layout {
      readonly points: readonly {
        readonly path: string
        readonly type: string
        readonly size: number
        readonly sf?: string
      }[]
    }
    const published = (JSON.parse(readFileSync(reference.path, 'utf8')) as { models: Record<string, Layout> }).models
    for (const id of ['1', '101', '103', '203', '802'] as const) {
      const expected = published[id]?.points.slice(2).map(({ path, type, size, sf }) => {
        const spelled = type === 'string' ? `string${size}` : type
        return [path, spelled, ...(sf === undefined ? [] : [sf])].join(' ')
      })
      expect(models[id]).toEqual(expected)
    }
  })
})
