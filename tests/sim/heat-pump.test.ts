import { describe, expect, it } from 'vitest'
import { dayHeat, referenceC } from '#sim/home/heat-curve.ts'
import { designHeatW, HeatDemand } from '#sim/home/heat-demand.ts'
import { type HeatPump, heatPumpFlow, restingHeatPump } from '#sim/home/heat-pump.ts'
import { coefficientOfPerformance, type HeatSink, type HeatSource } from '#sim/home/heat-pump-efficiency.ts'
import { heatPumps } from '#sim/validation/heat-pumps.ts'
import { AirTemperature } from '#sim/weather/air-temperature.ts'

const startMs = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000

/** source, sink, outdoors or ground in °C → COP in a real home (When2Heat). */
const efficiencies = [
  ['air', 'radiator', -15, 1.5016],
  ['air', 'radiator', 0, 2.5996],
  ['air', 'radiator', 7, 3.355],
  ['air', 'radiator', 15, 4.057],
  ['air', 'floor', -7, 2.5755],
  ['air', 'hot-water', 7, 2.4579],
  ['ground', 'radiator', 0, 3.0507],
  ['ground', 'floor', 7, 5.0811],
  ['ground', 'hot-water', 10, 3.0507],
  ['groundwater', 'radiator', -2, 3.5008],
  ['groundwater', 'hot-water', 15, 2.8039],
] as const

describe('the efficiency of a heat pump', () => {
  const expectEfficiency = (source: HeatSource, sink: HeatSink, temperatureC: number, expected: number) => {
    const found = coefficientOfPerformance({ source, sink, outdoorC: temperatureC, groundC: temperatureC })
    expect(Math.abs(found - expected), `${source} to ${sink} at ${temperatureC} °C`).toBeLessThan(0.001)
  }

  it('falls with the lift, as When2Heat measured', () => {
    for (const [source, sink, temperatureC, expected] of efficiencies)
      expectEfficiency(source, sink, temperatureC, expected)
  })

  it('agrees with every published case', () => {
    const { cases } = heatPumps()
    expect(cases.length).toBeGreaterThan(10)
    expect(cases.filter(({ isMet }) => !isMet)).toEqual([])
  })
})

describe('the heat a house needs', () => {
  it('follows the sigmoid of a detached house, with hot water the year round', () => {
    const rows = [
      [-15, 3.117552, 0.145955],
      [-5, 2.370357, 0.145955],
      [0, 1.887721, 0.145955],
      [8, 1.0, 0.145955],
      [10, 0.786166, 0.145955],
      [20, 0.181607, 0.13491],
      [25, 0.133213, 0.123865],
    ] as const
    for (const [temperatureC, total, water] of rows) {
      expect(Math.abs(dayHeat(temperatureC).total - total)).toBeLessThan(1e-4)
      expect(Math.abs(dayHeat(temperatureC).water - water)).toBeLessThan(1e-4)
    }
    expect(referenceC([4, 4, 4, 4])).toBeCloseTo(4)
    expect(referenceC([0, 8, 0, 0])).toBeCloseTo(4 / 1.875)
  })

  it('comes to its sum in a year, but for the weather', () => {
    let heatWh = 0
    const [years, annualHeatKwh] = [3, 14_000]
    const air = new AirTemperature({ seed: 2, startMs, localOffsetMs: 3_600_000 })
    const demand = new HeatDemand({ annualHeatKwh, air, localOffsetMs: 3_600_000 })
    for (let hour = 0; hour < years * 8760; hour++) {
      const { spaceW, waterW } = demand.at(startMs + hour * 3_600_000)
      heatWh += spaceW + waterW
    }
    expect(Math.abs(heatWh / 1000 / years / annualHeatKwh - 1)).toBeLessThan(0.08)
  })
})

describe('the air', () => {
  it('has the mean, the swing and the spells of the test reference year', () => {
    const air = new AirTemperature({ seed: 5, startMs, localOffsetMs: 3_600_000 })
    const means: number[] = []
    let coldest = { c: 100, hour: -1 }
    for (let day = 0; day < 4 * 365; day++) {
      let sum = 0
      for (let hour = 0; hour < 24; hour++) {
        const c = air.atC(startMs + day * DAY_MS + (hour - 1) * 3_600_000)
        sum += c
        if (day === 180 && c < coldest.c) coldest = { c, hour }
      }
      means.push(sum / 24)
    }
    const mean = means.reduce((sum, one) => sum + one, 0) / means.length
    expect(Math.abs(mean - 9.54)).toBeLessThan(1)
    expect(coldest.hour).toBe(5)
    expect(Math.min(...means)).toBeGreaterThan(-20)
    expect(Math.max(...means)).toBeLessThan(35)
    expect(() => air.dayMeanC(air.dayOf(startMs) - 6)).toThrow(/the air begins/)
  })
})

describe('a heat pump', () => {
  const pump: HeatPump = {
    source: 'air',
    sink: 'radiator',
    thermalPowerW: Math.round(designHeatW({ annualHeatKwh: 14_000, outdoorC: -12 }) / 0.9),
    bufferWh: 5_000,
    minOnMinutes: 10,
    minOffMinutes: 10,
  }

  it('keeps the house warm through a year with a seasonal efficiency of 2.3 to 3.3, and every joule of heat is found again', () => {
    const air = new AirTemperature({ seed: 1, startMs, localOffsetMs: 3_600_000 })
    const demand = new HeatDemand({ annualHeatKwh: 14_000, air, localOffsetMs: 3_600_000 })
    let state = restingHeatPump(pump)
    const sums = { storedJ: state.storedJ, heatJ: 0, usedJ: 0, lossJ: 0, powerJ: 0, neededJ: 0 }
    const first = sums.storedJ
    let [runs, shortestRun, shortestRest] = [0, 1e9, 1e9]
    for (let minute = 0; minute < 365 * 1440; minute++) {
      const need = demand.at(startMs + minute * 60_000)
      const flow = heatPumpFlow(pump, state, need)
      if (flow.isRunning !== state.isRunning) {
        if (state.isRunning) shortestRun = Math.min(shortestRun, state.switchedMinutes)
        else shortestRest = Math.min(shortestRest, state.switchedMinutes)
        runs += flow.isRunning ? 1 : 0
      }
      sums.heatJ += flow.heatJ
      sums.usedJ += flow.usedJ
      sums.lossJ += flow.lossJ
      sums.powerJ += flow.powerW * 60
      sums.neededJ += Math.round((need.spaceW + need.waterW) * 60)
      if (flow.storedJ < 0 || flow.storedJ > 18_000_000 || !Number.isSafeInteger(flow.storedJ)) {
        throw new Error(`the buffer holds ${flow.storedJ} J in minute ${minute}`)
      }
      state = flow
    }
    expect(sums.heatJ).toBe(sums.usedJ + sums.lossJ + state.storedJ - first)
    expect(sums.usedJ).toBe(sums.neededJ)
    expect(sums.heatJ / sums.powerJ).toBeGreaterThan(2.3)
    expect(sums.heatJ / sums.powerJ).toBeLessThan(3.3)
    expect(shortestRun).toBeGreaterThanOrEqual(10)
    expect(shortestRest).toBeGreaterThanOrEqual(10)
    expect(runs).toBeGreaterThan(365)
  })

  it('lets its rod help in a cold that it is too small for', () => {
    const need = { spaceW: 40_000, waterW: 1_000, outdoorC: -20, groundC: 5 }
    const flow = heatPumpFlow(pump, { isRunning: true, switchedMinutes: 30, storedJ: 0 }, need)
    expect(flow.usedJ).toBe(41_000 * 60)
    expect(flow.powerW).toBeGreaterThan(41_000 - pump.thermalPowerW)
  })

  it('takes no more than it is dimmed to, its rod included, and leaves the house without the rest', () => {
    const need = { spaceW: 40_000, waterW: 1_000, outdoorC: -20, groundC: 5 }
    const state = { isRunning: true, switchedMinutes: 30, storedJ: 60_000 }
    for (const mostW of [0, 1_000, 4_200, 20_000]) {
      const flow = heatPumpFlow(pump, state, need, mostW)
      expect(flow.powerW).toBe(mostW)
      expect(flow.usedJ).toBeLessThan(41_000 * 60)
      expect(flow.heatJ).toBe(flow.usedJ + flow.lossJ + flow.storedJ - state.storedJ)
      expect(flow.storedJ).toBe(0)
    }
    expect(heatPumpFlow(pump, state, need, 1e6)).toEqual(heatPumpFlow(pump, state, need))
  })
})
