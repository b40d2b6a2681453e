import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Battery, batteryFlow, capacityJ } from '#sim/home/battery.ts'

const batteries: fc.Arbitrary<Battery> = fc
  .record({
    capacityWh: fc.integer({ min: 100, max: 100_000 }),
    powerW: fc.integer({ min: 1, max: 30_000 }),
    chargePerMille: fc.integer({ min: 500, max: 1000 }),
    dischargePerMille: fc.integer({ min: 500, max: 1000 }),
    window: fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 2 }),
    initial: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ window, initial, ...rest }) => {
    const [low, high] = [Math.min(...window), Math.max(...window)]
    const initialSocPerMille = Math.round(low + initial * (high - low))
    return { ...rest, minSocPerMille: low, maxSocPerMille: high, initialSocPerMille }
  })

describe('a battery', () => {
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
            expect(flow.chargeW).toBeLessThanOrEqual(Math.min(battery.powerW, Math.max(0, surplusW)))
            expect(flow.dischargeW).toBeLessThanOrEqual(Math.min(battery.powerW, Math.max(0, -surplusW)))
            expect(Math.min(flow.chargeW, flow.dischargeW, flow.lossJ)).toBeGreaterThanOrEqual(0)
            expect(flow.chargeW * 60 - flow.dischargeW * 60).toBe(flow.storedJ + flow.lossJ)
            storedJ += flow.storedJ
            expect(Number.isSafeInteger(storedJ)).toBe(true)
            expect(storedJ).toBeGreaterThanOrEqual(Math.floor(low))
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
      powerW: 5_000,
      chargePerMille: 950,
      dischargePerMille: 950,
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
