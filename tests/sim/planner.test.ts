import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import type { Battery } from '#sim/home/battery.ts'
import type { Car } from '#sim/home/car.ts'
import { energyBalance } from '#sim/home/energy-balance.ts'
import { loadScenario, type SimulatedHome } from '#sim/index.ts'
import { openSolver } from '#sim/planner/highs.ts'
import { lateSolver } from '#sim/planner/late-solver.ts'
import { type ExpectedStep, planStores } from '#sim/planner/plan-stores.ts'
import { tariffOver } from '#sim/supplier/supplier-tariff.ts'
import { plannedDay } from '#sim/validation/planned-day.ts'

const solve = await openSolver()
const lossless: Battery = {
  capacityWh: 2_000,
  chargePowerW: 1_000,
  dischargePowerW: 1_000,
  chargeEfficiency: 1,
  dischargeEfficiency: 1,
  minSocPerMille: 0,
  maxSocPerMille: 1000,
  initialSocPerMille: 0,
  selfDischargePerHour: 0,
  fadePerCycle: 0,
  fadePerYear: 0,
}
const car: Car = {
  capacityWh: 40_000,
  chargePowerW: 4_000,
  leastPowerW: 1_380,
  chargeEfficiency: 0.8,
  dischargePowerW: 0,
  dischargeEfficiency: 1,
  targetSocPerMille: 500,
  minSocPerMille: 0,
  initialSocPerMille: 0,
  charging: 'at-once',
}
const step = (retailEurPerMWh: number, rest: Partial<ExpectedStep> = {}): ExpectedStep => ({
  loadW: 1_000,
  sunW: 0,
  retailEurPerMWh,
  feedInEurPerMWh: 0,
  carHomeShare: 1,
  carDrivenJ: 0,
  carLeaves: false,
  ...rest,
})
const KWH_J = 3_600_000

describe('a plan', () => {
  it('buys while it is cheap for when it is dear', () => {
    const plan = planStores(solve, {
      stepSeconds: 3600,
      steps: [step(100), step(100), step(400), step(400)],
      battery: { battery: lossless, storedJ: 0, capacityJ: 2 * KWH_J },
      car: null,
    })
    expect(plan.costEur).toBeCloseTo(0.4, 6)
    expect([...plan.batteryW].map(Math.round)).toEqual([1_000, 1_000, -1_000, -1_000])
  })

  it('leaves a battery alone that would earn nothing, and gives back what it found in it', () => {
    const plan = planStores(solve, {
      stepSeconds: 3600,
      steps: [step(300), step(300)],
      battery: { battery: lossless, storedJ: KWH_J, capacityJ: 2 * KWH_J },
      car: null,
    })
    expect([...plan.batteryW].map(Math.abs).map(Math.round)).toEqual([0, 0])
    expect(plan.costEur).toBeCloseTo(0.6, 6)
  })

  it('charges a car in its cheapest hours at home, before it leaves', () => {
    const plan = planStores(solve, {
      stepSeconds: 3600,
      steps: [
        step(300),
        step(100, { carHomeShare: 0.5 }),
        step(200),
        step(250, { carLeaves: true }),
        step(10, { carHomeShare: 0 }),
      ],
      battery: null,
      car: { car, storedJ: 20 * KWH_J - 0.8 * 5 * KWH_J },
    })
    expect([...plan.carW].map(Math.round)).toEqual([0, 2_000, 3_000, 0, 0])
  })

  it('does what it can for a car that cannot be full in time', () => {
    const plan = planStores(solve, {
      stepSeconds: 3600,
      steps: [step(300), step(300, { carLeaves: true })],
      battery: null,
      car: { car, storedJ: 0 },
    })
    expect([...plan.carW].map(Math.round)).toEqual([4_000, 4_000])
  })

  it('has a car give back what its home lacks, and sell nothing of the rest', () => {
    const plan = planStores(solve, {
      stepSeconds: 3600,
      steps: [step(300, { feedInEurPerMWh: 80 }), step(300, { feedInEurPerMWh: 80, sunW: 3_000 })],
      battery: null,
      car: { car: { ...car, dischargePowerW: 4_000 }, storedJ: 30 * KWH_J },
    })
    expect([...plan.carW].map(Math.round)).toEqual([-1_000, 0])
  })

  it('costs what the published optimum costs, to 0.0001 EUR', async () => {
    const { cases } = await plannedDay()
    expect(cases.length).toBeGreaterThan(3)
    expect(cases.filter(({ isMet }) => !isMet)).toEqual([])
  })
})

describe('a home that plans', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-planner-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const DAYS = 3
  const write = (one: object) => {
    const file = join(folder, 's.json')
    const tariff = {
      energy: [
        { from: '00:00', eurPerMWh: 100 },
        { from: '05:00', eurPerMWh: 400 },
        { from: '23:00', eurPerMWh: 100 },
      ],
      feedIn: 70,
    }
    const home = { home: 'one', load: { annualKwh: 5_000 }, ...one }
    const start = '2026-03-01T23:00:00Z'
    writeFileSync(file, JSON.stringify({ neighbourhood: 'lane', start, seed: 4, homes: [home], tariff }))
    return file
  }
  /** Runs a home for some days: what it pays its supplier, EUR, behind its first day. */
  const run = async (one: object): Promise<{ readonly home: SimulatedHome; readonly costEur: number }> => {
    const street = await Effect.runPromise(loadScenario(write(one)))
    const [home] = street.homes
    if (home === undefined || street.tariff === null) throw new Error('the scenario has a home and a tariff')
    let costEur = 0
    let before = home.account
    for (let quarter = 0; quarter < DAYS * 96; quarter++) {
      const startMs = home.startMs + quarter * 900_000
      home.advanceTo(startMs + 900_000)
      const tariff = tariffOver(street.tariff, { startMs, durationMs: 900_000 })
      const { gridImportJ, gridExportJ } = energyBalance(before, home.account)
      const milliEur = gridImportJ * tariff.retailMilliEurPerMWh - gridExportJ * tariff.feedInMilliEurPerMWh
      if (quarter >= 96) costEur += milliEur / 3_600_000_000_000
      before = home.account
    }
    return { home, costEur }
  }
  const roof = { peakKw: 5, tiltDeg: 35, azimuthDeg: 180 }
  const battery = { capacityWh: 10_000 }

  it('pays less than one that only uses its own sun, with the same load, and every joule is found again', async () => {
    const planned = await run({ roof, battery, stores: 'planned' })
    const greedy = await run({ roof, battery })
    // What is left in a battery could have been bought at night.
    const worth = ({ home, costEur }: typeof planned) => costEur - (home.account.storedJ / KWH_J) * 0.1
    console.info(`two days: planned ${worth(planned).toFixed(2)} EUR, self-use ${worth(greedy).toFixed(2)} EUR`)
    expect(worth(planned)).toBeLessThan(worth(greedy) - 0.2)
    expect(planned.home.account.loadJ).toBe(greedy.home.account.loadJ)
    const { account } = planned.home
    expect(account.roofJ + account.dischargeJ + account.importJ).toBe(account.loadJ + account.chargeJ + account.exportJ)
  })

  it('charges its car at night and has it leave full, and does the same again', async () => {
    const own = { capacityWh: 40_000, chargePowerW: 11_000 }
    const planned = await run({ car: own, stores: 'planned' })
    const atOnce = await run({ car: own })
    expect(planned.costEur).toBeLessThan(atOnce.costEur)
    expect(planned.home.account.carMissedJ).toBe(0)
    expect(planned.home.account.drivenJ).toBe(atOnce.home.account.drivenJ)
    expect((await run({ car: own, stores: 'planned' })).home.account).toEqual(planned.home.account)
  })

  it('is refused where there is nothing to plan', () => {
    const refused = Effect.runSync(Effect.flip(loadScenario(write({ stores: 'planned' }))))
    expect(refused.message).toMatch(/homes.0.stores: expected a battery or a car beside it/)
  })

  it('needs a solver that is loaded first, and is loaded with its scenario', async () => {
    const late = lateSolver()
    const ask = { stepSeconds: 3600, steps: [step(100)], battery: null, car: null }
    expect(() => planStores(late.solve, ask)).toThrow(/made ready first/)
    await Effect.runPromise(late.open)
    expect(planStores(late.solve, ask).costEur).toBeCloseTo(0.1, 9)
  })
})
