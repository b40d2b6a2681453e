import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Battery, batteryFlow, capacityJ, fadedCapacityJ } from '#sim/home/battery.ts'
import { batteries as validated } from '#sim/validation/batteries.ts'

const batteries: fc.Arbitrary<Battery> = fc
  .record({
    capacityWh: fc.integer({ min: 100, max: 100_000 }),
    chargePowerW: fc.integer({ min: 1, max: 30_000 }),
    dischargePowerW: fc.integer({ min: 1, max: 30_000 }),
    chargeEfficiency: fc.integer({ min: 500, max: 1000 }).map((perMille) => perMille / 1000),
    dischargeEfficiency: fc.integer({ min: 500, max: 1000 }).map((perMille) => perMille / 1000),
    selfDischargePerHour: fc.constantFrom(0, 1e-5, 1e-3, 0.1),
    fadePerCycle: fc.constant(3.3e-5),
    fadePerYear: fc.constant(0.02),
    window: fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 2 }),
    initial: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ window, initial, ...rest }) => {
    const [low, high] = [Math.min(...window), Math.max(...window)]
    const initialSocPerMille = Math.round(low + initial * (high - low))
    return { ...rest, minSocPerMille: low, maxSocPerMille: high, initialSocPerMille }
  })

/** Loses nothing while it stands, and never fades. */
const lasting = { selfDischargePerHour: 0, fadePerCycle: 0, fadePerYear: 0 }

/** kWh, kW and hours, as the reference spells them. */
interface Case {
  readonly name: string
  readonly params: Readonly<Record<'cap' | 'pc' | 'pd' | 'ec' | 'ed' | 'soc0' | 'lo' | 'hi' | 'sd' | 'dt', number>>
  readonly request_kw: readonly number[]
  readonly expected: { readonly actual_kw: readonly number[]; readonly soc_kwh: readonly number[] }
}

/** Runs a case in mW and mJ, where whole numbers are as fine as its tolerance: 1e-6 kW and kWh. */
function expectCase({ name, params, request_kw, expected }: Case) {
  const FINE = 1_000_000
  const battery: Battery = {
    ...lasting,
    capacityWh: params.cap * FINE,
    chargePowerW: params.pc * FINE,
    dischargePowerW: params.pd * FINE,
    chargeEfficiency: params.ec,
    dischargeEfficiency: params.ed,
    minSocPerMille: params.lo * 1000,
    maxSocPerMille: params.hi * 1000,
    initialSocPerMille: 0,
    selfDischargePerHour: params.sd,
  }
  const seconds = params.dt * 3600
  let storedJ = params.soc0 * FINE * 3600
  for (const [index, request] of request_kw.entries()) {
    const flow = batteryFlow(battery, { storedJ, surplusW: Math.round(request * FINE), seconds })
    storedJ += flow.storedJ
    const actual = (flow.chargeW - flow.dischargeW) / FINE
    expect(Math.abs(actual - (expected.actual_kw[index] ?? Number.NaN)), `${name}: kW of ${index}`).toBeLessThan(1.1e-6)
    const stored = storedJ / FINE / 3600
    expect(Math.abs(stored - (expected.soc_kwh[index] ?? Number.NaN)), `${name}: kWh of ${index}`).toBeLessThan(1.1e-6)
  }
}

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

describe('a battery', () => {
  it('fills and empties as it must, a tenth lost on the way there and back', () => {
    const oneWay = Math.sqrt(0.9)
    const stored = Array.from({ length: 8 }, (_, step) => (step + 1) * 1.25 * oneWay)
    const left = Array.from({ length: 7 }, (_, step) => 10 - ((step + 1) * 1.25) / oneWay)
    expectCase({
      name: 'round trip',
      params: { cap: 10, pc: 5, pd: 5, ec: oneWay, ed: oneWay, soc0: 0, lo: 0, hi: 1, sd: 0, dt: 0.25 },
      request_kw: [...times(9, 5), ...times(9, -5)],
      expected: {
        actual_kw: [...times(8, 5), 2.16370214, ...times(7, -5), -2.94733192, 0],
        soc_kwh: [...stored, 10, ...left, 0, 0],
      },
    })
  })

  it('leaks a share of what is stored every hour', () => {
    expectCase({
      name: 'idle',
      params: { cap: 10, pc: 5, pd: 5, ec: 0.95, ed: 0.95, soc0: 8, lo: 0, hi: 1, sd: 0.001, dt: 1 },
      request_kw: times(48, 0),
      expected: { actual_kw: times(48, 0), soc_kwh: Array.from({ length: 48 }, (_, hour) => 8 * 0.999 ** (hour + 1)) },
    })
  })

  it('does what every published case says, to 1e-6 kW and kWh', () => {
    const { cases } = validated()
    expect(cases.length).toBeGreaterThan(15)
    expect(cases.filter(({ isMet }) => !isMet)).toEqual([])
  })

  it('fades with cycles and years, and lets go of what it cannot hold any more', () => {
    const fading = { capacityWh: 10_000, fadePerCycle: 3.3e-5, fadePerYear: 0.02 }
    const yearMs = 365.25 * 86_400_000
    expect(fadedCapacityJ(fading, { ageMs: 0, throughputJ: 0 })).toBe(36_000_000)
    // 6,000 full cycles in no time leave about 80 %.
    expect(fadedCapacityJ(fading, { ageMs: 0, throughputJ: 6_000 * 36_000_000 }) / 36_000_000).toBeCloseTo(0.802, 6)
    expect(fadedCapacityJ(fading, { ageMs: 10 * yearMs, throughputJ: 0 }) / 36_000_000).toBeCloseTo(0.8, 6)
    expect(fadedCapacityJ(fading, { ageMs: 100 * yearMs, throughputJ: 0 })).toBe(0)
    const full: Battery = {
      ...fading,
      chargePowerW: 5_000,
      dischargePowerW: 5_000,
      chargeEfficiency: 1,
      dischargeEfficiency: 1,
      minSocPerMille: 0,
      maxSocPerMille: 1000,
      initialSocPerMille: 1000,
      selfDischargePerHour: 0,
    }
    const flow = batteryFlow(full, { storedJ: 36_000_000, surplusW: 1_000, seconds: 60, capacityJ: 35_000_000 })
    expect(flow).toEqual({ chargeW: 0, dischargeW: 0, storedJ: -1_000_000, lossJ: 1_000_000 })
  })

  it('stays within its window and its power, never does both at once, and loses energy exactly once', () => {
    fc.assert(
      fc.property(
        batteries,
        fc.array(fc.integer({ min: -40_000, max: 40_000 }), { maxLength: 200 }),
        (battery, wishes) => {
          const low = (capacityJ(battery) * battery.minSocPerMille) / 1000
          const high = (capacityJ(battery) * battery.maxSocPerMille) / 1000
          let storedJ = Math.floor((capacityJ(battery) * battery.initialSocPerMille) / 1000)
          for (const surplusW of wishes) {
            const flow = batteryFlow(battery, { storedJ, surplusW, seconds: 60 })
            expect(flow.chargeW === 0 || flow.dischargeW === 0).toBe(true)
            expect(flow.chargeW).toBeLessThanOrEqual(Math.min(battery.chargePowerW, Math.max(0, surplusW)))
            expect(flow.dischargeW).toBeLessThanOrEqual(Math.min(battery.dischargePowerW, Math.max(0, -surplusW)))
            expect(Math.min(flow.chargeW, flow.dischargeW, flow.lossJ)).toBeGreaterThanOrEqual(0)
            expect(flow.chargeW * 60 - flow.dischargeW * 60).toBe(flow.storedJ + flow.lossJ)
            storedJ += flow.storedJ
            expect(Number.isSafeInteger(storedJ)).toBe(true)
            if (battery.selfDischargePerHour === 0) expect(storedJ).toBeGreaterThanOrEqual(Math.floor(low))
            expect(storedJ).toBeGreaterThanOrEqual(0)
            expect(storedJ).toBeLessThanOrEqual(high)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('fills with its efficiency and empties with its efficiency: 13.5 kWh, 10–90 %, 95 % each way', () => {
    // Case "SoC window 10-90 %" of the reference, in steps of 15 min: actual power and stored energy to a W and a Wh.
    const battery: Battery = {
      capacityWh: 13_500,
      ...lasting,
      chargePowerW: 5_000,
      dischargePowerW: 5_000,
      chargeEfficiency: 0.95,
      dischargeEfficiency: 0.95,
      minSocPerMille: 100,
      maxSocPerMille: 900,
      initialSocPerMille: 500,
    }
    let storedJ = capacityJ(battery) / 2
    const step = (surplusW: number) => {
      const flow = batteryFlow(battery, { storedJ, surplusW, seconds: 900 })
      storedJ += flow.storedJ
      return [flow.chargeW - flow.dischargeW, Math.round(storedJ / 3600)]
    }
    const charged = Array.from({ length: 8 }, () => step(3_300))
    expect(charged.at(0)).toEqual([3_300, 7_534])
    expect(charged.at(6)).toEqual([2_936, 12_150])
    expect(charged.at(7)).toEqual([0, 12_150])
    const drained = Array.from({ length: 10 }, () => step(-6_000))
    expect(drained.at(0)).toEqual([-5_000, 10_834])
    expect(drained.at(8)?.[0]).toBeCloseTo(-1_040, -1)
    expect(drained.at(9)).toEqual([0, 1_350])
  })
})
