import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { energyBalance } from '#sim/home/energy-balance.ts'
import { generateScenario, type HomeState, loadScenario, type SimulatedHome, type SimulatedStreet } from '#sim/index.ts'

const DAY_MS = 86_400_000
const street = (homes: number, seed = 7): SimulatedStreet => Effect.runSync(generateScenario({ homes, seed }))
const statesOf = (home: SimulatedHome, stepMs: number, untilMs: number): HomeState[] => {
  const states: HomeState[] = []
  for (let timeMs = home.startMs; timeMs <= home.startMs + untilMs; timeMs += stepMs)
    states.push(home.advanceTo(timeMs))
  return states
}

describe('a simulated street', () => {
  it('gives the same bytes for the same seed, and others for another', () => {
    const day = (seed: number) => JSON.stringify(street(5, seed).homes.map((home) => statesOf(home, 900_000, DAY_MS)))
    expect(day(7)).toBe(day(7))
    expect(day(7)).not.toBe(day(8))
  })

  it('changes nobody’s day when a home joins', () => {
    const week = (home: SimulatedHome | undefined) => (home === undefined ? [] : statesOf(home, 3_600_000, 2 * DAY_MS))
    const larger = street(9).homes
    for (const [index, home] of street(5).homes.entries()) expect(week(home)).toEqual(week(larger[index]))
  })

  it('has homes with sun to spare, homes without, and batteries among the roofs', () => {
    const { homes, startMs } = street(20)
    const states = homes.map((home) => home.advanceTo(startMs + DAY_MS / 4))
    expect(homes[0]?.home).toBe('home-01')
    expect(states.filter((state) => state.roof !== null)).toHaveLength(12)
    expect(states.filter((state) => state.battery !== null)).toHaveLength(4)
    expect(states.some((state) => state.grid.powerW < 0)).toBe(true)
    expect(states.some((state) => state.grid.powerW > 0)).toBe(true)
  })

  it('fast-forwards a week of 16 homes within a second', () => {
    const { homes, startMs } = street(16)
    // Of this process: what runs beside it takes from the wall's second, but not from its own.
    const begun = process.cpuUsage()
    for (const home of homes) home.advanceTo(startMs + 7 * DAY_MS)
    const { user, system } = process.cpuUsage(begun)
    expect((user + system) / 1_000).toBeLessThan(1_000)
  })
})

describe('a street with heat pumps and cars', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-homes-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const electric = (homes: number, start = '2026-01-12T00:00:00Z'): SimulatedStreet => {
    const generate = { homes, heatPumpShare: 0.6, carShare: 0.7, carCharging: 'v2g' }
    const file = join(folder, `${homes}.json`)
    writeFileSync(file, JSON.stringify({ neighbourhood: 'lane', start, seed: 3, homes: { generate } }))
    return Effect.runSync(loadScenario(file))
  }

  it('balances every joule of electricity, of heat, and of what is driven, in winter and in summer', () => {
    const sums = { drivenJ: 0, heatPumpJ: 0, carDischargeJ: 0, carLossJ: 0, carElsewhereJ: 0 }
    for (const start of ['2026-01-12T00:00:00Z', '2026-06-15T00:00:00Z']) {
      for (const home of electric(8, start).homes) {
        const before = home.account
        home.advanceTo(home.startMs + 4 * DAY_MS)
        const after = home.account
        const supplied = after.roofJ + after.dischargeJ + after.carDischargeJ + after.importJ
        expect(supplied).toBe(after.loadJ + after.heatPumpJ + after.chargeJ + after.carChargeJ + after.exportJ)
        expect(after.chargeJ - after.dischargeJ).toBe(after.storedJ - before.storedJ + after.batteryLossJ)
        const intoCar = after.carChargeJ - after.carDischargeJ
        expect(intoCar).toBe(after.carStoredJ - before.carStoredJ + after.drivenJ + after.carLossJ)
        expect(after.heatJ).toBe(after.heatUsedJ + after.heatLossJ + after.heatStoredJ - before.heatStoredJ)
        const { productionJ, gridImportJ, demandJ, gridExportJ, conversionLossesJ, storageDeltaJ } = energyBalance(
          before,
          after,
        )
        expect(productionJ + gridImportJ).toBe(demandJ + gridExportJ + conversionLossesJ + storageDeltaJ)
        for (const value of Object.values(after)) expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
        for (const flow of Object.keys(sums) as (keyof typeof sums)[]) sums[flow] += after[flow]
      }
    }
    expect(Math.min(sums.drivenJ, sums.heatPumpJ, sums.carDischargeJ, sums.carLossJ)).toBeGreaterThan(0)
  })

  it('changes nobody’s day when a home joins, nor a home’s load and sun when it gets a car', () => {
    const day = (home: SimulatedHome | undefined) => (home === undefined ? [] : statesOf(home, 3_600_000, DAY_MS))
    const larger = electric(12).homes
    for (const [index, home] of electric(7).homes.entries()) expect(day(home)).toEqual(day(larger[index]))
    const plain = Effect.runSync(generateScenario({ homes: 7, seed: 3, startMs: Date.parse('2026-01-12T00:00:00Z') }))
    for (const [index, home] of electric(7).homes.entries()) {
      const own = day(home).map(({ loadW, roof }) => ({ loadW, roof }))
      expect(own).toEqual(day(plain.homes[index]).map(({ loadW, roof }) => ({ loadW, roof })))
    }
  })

  it('shows what the meter, the heat pump and the car show, and says when a car will not be full', () => {
    let [away, charging, heating] = [0, 0, 0]
    for (const home of electric(6).homes) {
      for (const state of statesOf(home, 600_000, 2 * DAY_MS)) {
        const { car, heatPump, battery, roof, grid } = state
        const stores = (battery?.powerW ?? 0) + (car?.powerW ?? 0)
        expect(grid.powerW).toBe(state.loadW + (heatPump?.powerW ?? 0) + stores - (roof?.powerW ?? 0))
        if (car !== null && !car.isHome) {
          expect(car).toMatchObject({ powerW: 0, missingWh: 0 })
          away++
        }
        if ((car?.powerW ?? 0) > 0) charging++
        if (heatPump?.isRunning) heating++
      }
    }
    expect(Math.min(away, charging, heating)).toBeGreaterThan(0)
    const charger = { capacityWh: 77_000, chargePowerW: 3_700, initialSoc: 0, targetSoc: 1, annualKm: 30_000 }
    const file = join(folder, 'slow.json')
    const one = { home: 'a', load: { annualKwh: 3_000 }, car: charger }
    writeFileSync(file, JSON.stringify({ neighbourhood: 'lane', start: '2026-01-15T00:00:00Z', homes: [one] }))
    const [home] = Effect.runSync(loadScenario(file)).homes
    expect(home?.advanceTo(home.startMs).car?.missingWh).toBeGreaterThan(10_000)
    home?.advanceTo(home.startMs + 2 * DAY_MS)
    expect(home?.account.carMissedJ).toBeGreaterThan(0)
  })
})

describe('a simulated home', () => {
  it('balances every joule: roof + discharge + import = load + charge + export, charge − discharge = stored + lost', () => {
    for (const home of street(16).homes) {
      const before = home.account.storedJ
      home.advanceTo(home.startMs + 3 * DAY_MS)
      const sum = home.account
      expect(sum.loadJ).toBeGreaterThan(0)
      expect(sum.roofJ + sum.dischargeJ + sum.importJ).toBe(sum.loadJ + sum.chargeJ + sum.exportJ)
      expect(sum.chargeJ - sum.dischargeJ).toBe(sum.storedJ - before + sum.batteryLossJ)
      for (const value of Object.values(sum)) expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
    }
  })

  it('shows counters that never go back and agree with the account to the Wh', () => {
    for (const home of street(5).homes) {
      const states = statesOf(home, 37_123, DAY_MS)
      for (const [index, state] of states.entries()) {
        const before = states[index - 1] ?? state
        expect(state.grid.importWh).toBeGreaterThanOrEqual(before.grid.importWh)
        expect(state.grid.exportWh).toBeGreaterThanOrEqual(before.grid.exportWh)
        expect(state.roof?.producedWh ?? 0).toBeGreaterThanOrEqual(before.roof?.producedWh ?? 0)
      }
      const last = home.advanceTo(home.startMs + DAY_MS)
      const grownWh = last.grid.importWh - (states[0]?.grid.importWh ?? 0)
      expect(grownWh).toBe(Math.floor(home.account.importJ / 3600))
    }
  })

  it('uses its own sun first: never imports and exports at once, and charges only what it does not need', () => {
    for (const home of street(10).homes) {
      for (const state of statesOf(home, 600_000, DAY_MS)) {
        const net = state.loadW - (state.roof?.powerW ?? 0) + (state.battery?.powerW ?? 0)
        expect(state.grid.powerW).toBe(net)
        if ((state.battery?.powerW ?? 0) > 0) expect(state.grid.powerW).toBeLessThanOrEqual(0)
      }
    }
  })

  it('is the same at a time whether it got there in one step or in many', () => {
    const [many, one] = [street(5).homes[4], street(5).homes[4]]
    if (many === undefined || one === undefined) throw new Error('a street of five has five homes')
    statesOf(many, 91_001, DAY_MS)
    const timeMs = many.startMs + DAY_MS + 12_345
    expect(many.advanceTo(timeMs)).toEqual(one.advanceTo(timeMs))
  })

  it('refuses to go back', () => {
    const [home] = street(1).homes
    home?.advanceTo(home.startMs + 60_000)
    expect(() => home?.advanceTo(home.startMs)).toThrow(/cannot go to/)
  })
})
