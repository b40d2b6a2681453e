import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { simulationInWords } from '#platform/simulation/simulation-in-words.ts'
import { CeilingUnsolved } from '#sim/ceiling/ceiling-unsolved.ts'
import { type FlexibleHome, type StreetSlot, streetOptimum } from '#sim/ceiling/street-optimum.ts'
import type { Battery } from '#sim/home/battery.ts'
import { openSolver } from '#sim/planner/highs.ts'
import { reportPage } from '#sim/results/report-page.ts'
import { ReportSeries } from '#sim/results/report-series.ts'
import type { ScenarioMarket } from '#sim/scenario/scenario-market.ts'
import { openSimulation, type SimulationRequest } from '#sim/simulation/open-simulation.ts'
import { simulationReport } from '#sim/simulation/simulation-report.ts'
import { handMade, runOf, streetRun, terms, type WholeRun } from './simulated.ts'

const solve = await openSolver()
const perfect: Battery = {
  capacityWh: 10_000,
  chargePowerW: 4_000,
  dischargePowerW: 4_000,
  chargeEfficiency: 1,
  dischargeEfficiency: 1,
  minSocPerMille: 0,
  maxSocPerMille: 1_000,
  initialSocPerMille: 0,
  selfDischargePerHour: 0,
  fadePerCycle: 0,
  fadePerYear: 0,
}

const peaks = { takenWh: 10_000, givenWh: 10_000 }

/** One solver for all of them: loading it takes longer than most of these streets. */
const opened = async (request: SimulationRequest) => ({
  ...(await Effect.runPromise(openSimulation(request))),
  ceiling: solve,
})

/** Of a ceiling these are its own, whatever the stores do. */
const savings = {
  ...{ savingMicroEur: 0, savingShare: 0, giniOfSavings: 0 },
  ...{ losingHomes: 0, worstSavingMicroEur: 0, worstSavingShare: 0 },
}

function ceilingOf({ result }: WholeRun) {
  if (result.ceiling === null) throw new Error('no ceiling was computed')
  return result.ceiling
}

describe('the best that could be of a street', () => {
  const cases: readonly (readonly [ScenarioMarket, Record<string, unknown>, number])[] = [
    [{}, {}, 1],
    [{ mechanism: 'call', forecast: 'perfect' }, {}, 1],
    [{ mechanism: 'community-pool' }, { 'homes.generate.batteryShare': 0 }, 1],
    [
      { mechanism: 'community-pool', coefficients: 'equal' },
      { start: '2026-03-17T00:00:00Z', 'homes.generate.carShare': 1, 'homes.generate.carCharging': 'v2g' },
      1,
    ],
    [{}, { 'homes.generate.carShare': 1, grid: { feeder: 'village' } }, 1],
    [{ traders: ['truthful'] }, { start: '2026-01-12T00:00:00Z', 'homes.generate.heatPumpShare': 0.5 }, 1],
    [
      { forecast: 'perfect' },
      {
        'homes.generate.homes': 2,
        'homes.generate.batteryShare': 1,
        'homes.generate.carShare': 0.5,
        'homes.generate.stores': 'planned',
        tariff: {
          energy: [
            { from: '00:00', eurPerMWh: 120 },
            { from: '12:00', eurPerMWh: 300 },
          ],
          network: 60,
          localNetworkShare: 0.5,
          feedIn: 80,
        },
      },
      2,
    ],
  ]
  it.each(cases)('saves no less than the market, and never less than nothing: %j', async (market, changes, days) => {
    const open = await opened({ days, changes: { 'homes.generate.homes': 4, ...changes, market } })
    const run = runOf(open)
    const ceiling = ceilingOf(run)
    expect(ceiling.savingMicroEur).toBeGreaterThanOrEqual(Math.max(0, run.result.kpis.savingMicroEur))
    expect(ceiling.giniOfSavings).toBeNull()
    // Where a kWh costs the same at all times, no higher peak pays; a Wh of each home is lost in rounding.
    if (changes.tariff === undefined) {
      expect(ceiling.peakImportW).toBeLessThanOrEqual(run.result.kpis.peakImportW + 4 * run.result.homes)
    }
    const stores = open.street.homes.some(({ stores: { battery, car } }) => battery !== null || car !== null)
    // Without a store it moves no electron.
    if (!stores) expect({ ...ceiling, ...savings }).toEqual({ ...run.result.without, ...savings })
  })

  const fees = { upEurPerMWhPerOhm: 1_000, downEurPerMWhPerOhm: 3_000, ofPrice: 0.05 }
  it.each([
    ['street', {}],
    ['summer-street', { 'homes.generate.carShare': 0.5, 'homes.generate.carCharging': 'v2g' }],
    ['evening-call', {}],
    ['winter-street', {}],
  ])(
    'stands above the market where trades pay fees for the wires, and below the one without fees: %s',
    async (scenario, more) => {
      const best = async (grid: object) => {
        const changes = { 'homes.generate.homes': 5, 'market.forecast': 'perfect', grid, ...more }
        const run = runOf(await opened({ scenario, changes }))
        const ceiling = ceilingOf(run)
        expect(ceiling.savingMicroEur).toBeGreaterThanOrEqual(run.result.kpis.savingMicroEur)
        expect(ceiling.savingMicroEur).toBeGreaterThanOrEqual(0)
        return ceiling.savingMicroEur
      }
      expect(await best({ feeder: 'village', fees })).toBeLessThan(await best({ feeder: 'village' }))
    },
  )

  it('lets what neighbours share pay for each step of its way: three homes, solved by hand', () => {
    // The sun of place 1 goes up to place 0 and down to place 2: 10 + 30, half a EUR/MWh of it lost in rounding.
    const ways = { parent: [0, 0, 0], upEurPerMWh: [0, 10, 20], downEurPerMWh: [0, 50, 30] }
    const prices = { retailEurPerMWh: 320, feedInEurPerMWh: 80, sharedEurPerMWh: 110 }
    const costOf = (takenWh: readonly number[], givenWh: readonly number[]) =>
      streetOptimum(solve, { peaks, ways, slots: [{ ...prices, takenWh, givenWh }], homes: [] }).costMicroEur
    expect(costOf([0, 0, 100], [0, 150, 0])).toBeCloseTo(100 * (110 + 10 + 30 - 0.5) - 50 * 80, 6)
    // The nearest have it first, and nobody has it where the way costs more than the supplier.
    expect(costOf([100, 0, 100], [0, 150, 0])).toBeCloseTo(100 * 119.5 + 50 * 149.5 + 50 * 320, 6)
    const far = { ...ways, downEurPerMWh: [0, 50, 300] }
    const slot = { ...prices, takenWh: [0, 0, 100], givenWh: [0, 100, 0] }
    expect(streetOptimum(solve, { peaks, ways: far, slots: [slot], homes: [] }).costMicroEur).toBeCloseTo(
      100 * 320 - 100 * 80,
      6,
    )
  })

  it.each([0, 0.4, 110])(
    'lets no battery earn by giving to itself, nor to its like: shared at %d EUR/MWh',
    (shared) => {
      const idle = { chargeMostWh: 1_000, dischargeMostWh: 1_000, lowWh: 0, highWh: 0, goneWh: 0 }
      const store = { chargeEfficiency: 1, dischargeEfficiency: 1, firstWh: 0, slots: [idle, idle, idle, idle] }
      const home = (place: number): FlexibleHome => ({ place, restWh: [0, 0, 0, 0], stores: [store] })
      const costOf = (stepEurPerMWh: readonly [up: number, down: number], takenWh: readonly number[]) => {
        const [up, down] = stepEurPerMWh
        const ways = { parent: [0, 0, 1], upEurPerMWh: [0, up, up], downEurPerMWh: [0, down, down] }
        const prices = { retailEurPerMWh: 320, feedInEurPerMWh: 80, sharedEurPerMWh: shared, givenWh: [0, 0, 0] }
        const slots = Array.from({ length: 4 }, () => ({ ...prices, takenWh }))
        return streetOptimum(solve, { peaks, ways, slots, homes: [home(0), home(1), home(1), home(2)] }).costMicroEur
      }
      for (const step of [
        [0, 0],
        [0, 0.2],
        [0.1, 0.1],
        [0.3, 0.6],
        [0, 5],
        [10, 30],
      ] as const) {
        expect(costOf(step, [0, 0, 0])).toBeCloseTo(0, 6)
        // Nor by passing on what the supplier sells.
        expect(costOf(step, [100, 0, 100])).toBeCloseTo(4 * 200 * 320, 6)
      }
    },
  )

  it.each([0, 0.4, 110])('rounds no fee where there is none, within a place: shared at %d EUR/MWh', (shared) => {
    const ways = { parent: [0, 0, 1], upEurPerMWh: [0, 0, 10], downEurPerMWh: [0, 5, 30] }
    const slot = { retailEurPerMWh: 320, feedInEurPerMWh: 80, sharedEurPerMWh: shared }
    const costOf = (takenWh: readonly number[], givenWh: readonly number[]) =>
      streetOptimum(solve, { peaks, ways, slots: [{ ...slot, takenWh, givenWh }], homes: [] }).costMicroEur
    expect(costOf([0, 100, 0], [0, 100, 0])).toBeCloseTo(100 * shared, 6)
    expect(costOf([100, 0, 0], [0, 0, 100])).toBeCloseTo(100 * (shared + 10 - 0.5), 6)
    expect(costOf([0, 0, 100], [100, 0, 0])).toBeCloseTo(100 * (shared + 35 - 0.5), 6)
    // Upwards costs nothing here. It is half a EUR/MWh too cheap at most, and never so that energy earns by moving.
    expect(costOf([100, 0, 0], [0, 100, 0])).toBeCloseTo(100 * (shared < 0.5 ? shared : shared - 0.5), 6)
  })

  it('changes nothing else of a run', async () => {
    const { street, ...open } = await opened({ homes: 3, days: 1 })
    const { ceiling, ...result } = runOf({ street, ...open }).result
    expect(ceiling).not.toBeNull()
    expect({ ...result, ceiling: null }).toEqual(streetRun({ homes: 3 }).result)
  })

  it('saves the same whatever homes are paid for being held back, and pay for the losses of the wires', async () => {
    const best = async (grid: object) => {
      const changes = { 'homes.generate.pvShare': 1, grid: { feeder: 'village', ratedKva: 6, ...grid } }
      const run = runOf(await opened({ homes: 3, changes }))
      expect(run.result.energyWh.curtailed).toBeGreaterThan(1_000)
      return ceilingOf(run).savingMicroEur
    }
    const saving = await best({ curtailmentEurPerMWh: 0 })
    expect(await best({ curtailmentEurPerMWh: 320, lossesPaidBy: 'homes' })).toBe(saving)
  })

  it('is what a pool shares where there are no stores: all but the fee of a lower price and roundings', () => {
    const street = () =>
      handMade([{ loadW: () => 400 }, { loadW: () => 200, roofW: (minute) => (minute < 30 ? 1_000 : 0) }])
    const run = runOf({ street: street(), terms: terms({ mechanism: 'community-pool' }), slots: 4, ceiling: solve })
    // Two slots of 100 Wh each: 320 − 110 EUR/MWh are avoided, 80 not earned; 0.25 % of 80 EUR/MWh are the fee, of 144 the pool's.
    expect(ceilingOf(run).savingMicroEur).toBe(2 * 100 * (320 - 110 - 80) - 2 * 100 * 0.2)
    const { kpis } = run.result
    expect(ceilingOf(run)).toEqual({
      ...kpis,
      savingMicroEur: 25_960,
      savingShare: expect.any(Number),
      ...{ giniOfSavings: null, losingHomes: null, worstSavingMicroEur: null, worstSavingShare: null },
    })
    expect(ceilingOf(run).savingMicroEur - kpis.savingMicroEur).toBe(200 * 0.0025 * (144 - 80))
  })

  it('fills one home’s battery with its sun and empties it where it is worth most: two homes, solved by hand', () => {
    // First slot: 1,000 Wh of sun at the second home. Second: 300 Wh wanted there, 500 Wh at the first. Each way the
    // battery loses a tenth, so of 1,000 Wh 810 come back: 300 for its own home, 500 for the neighbour, and to have
    // them back only 800 / 0.81 Wh have to go in. The rest is fed in.
    const battery = { ...perfect, chargeEfficiency: 0.9, dischargeEfficiency: 0.9 }
    const store = {
      ...battery,
      firstWh: 0,
      slots: [0, 1].map((slot) => ({
        chargeMostWh: 1_000,
        dischargeMostWh: 1_000,
        lowWh: 0,
        highWh: slot === 1 ? 0 : 10_000,
        goneWh: 0,
      })),
    }
    const prices = { retailEurPerMWh: 320, feedInEurPerMWh: 80, sharedEurPerMWh: 110, givenWh: [0] }
    const { costMicroEur, courses } = streetOptimum(solve, {
      peaks,
      slots: [
        { ...prices, takenWh: [0] },
        { ...prices, takenWh: [500] },
      ],
      homes: [{ place: 0, restWh: [-1_000, 300], stores: [store] }],
    })
    const chargedWh = 800 / 0.81
    expect(costMicroEur).toBeCloseTo(500 * 110 - (1_000 - chargedWh) * 80, 3)
    const [course] = courses[0] ?? []
    expect(course?.chargeWh[0]).toBeCloseTo(chargedWh, 6)
    expect(course?.dischargeWh[1]).toBeCloseTo(800, 6)
    expect(course?.storedWh[0]).toBeCloseTo(chargedWh * 0.9, 6)
    expect(course?.storedWh[1]).toBe(0)
  })

  it('lets a battery serve the neighbour, too, from the same first to the same last charge: a run by hand', () => {
    // Two hours of 2 kW of sun, and one without between them. By itself the second home fills its battery in the first
    // and feeds in 1,200 Wh in the last. At best the neighbour has 400 Wh of them out of the battery.
    const hour = (minute: number) => Math.floor(minute / 60)
    const street = handMade([
      { loadW: (minute) => (hour(minute) === 1 ? 400 : 0) },
      {
        loadW: (minute) => (hour(minute) === 1 ? 800 : 0),
        roofW: (minute) => (hour(minute) === 1 ? 0 : 2_000),
        battery: { ...perfect, capacityWh: 2_000 },
      },
    ])
    const run = runOf({ street, terms: terms(), slots: 12, ceiling: solve })
    expect(run.result.energyWh).toMatchObject({ storageDelta: 2_000, gridImport: 400, gridExport: 1_200 })
    expect(run.result.without).toMatchObject({ peakImportW: 400, selfSufficiency: 0.666667 })
    expect(ceilingOf(run)).toMatchObject({
      savingMicroEur: 400 * (320 - 110 - 80) - 400 * 0.2,
      savingShare: 1.6225,
      peakImportW: 0,
      selfSufficiency: 1,
      emissionsG: 0,
    })
  })

  it('stays a bound where feeding in earns more than buying costs', () => {
    const slot: StreetSlot = {
      retailEurPerMWh: 50,
      feedInEurPerMWh: 80,
      sharedEurPerMWh: 10,
      takenWh: [100],
      givenWh: [100],
    }
    const idle = { chargeMostWh: 0, dischargeMostWh: 0, lowWh: 0, highWh: 0, goneWh: 0 }
    const home = (restWh: number): FlexibleHome => ({
      place: 0,
      restWh: [restWh],
      stores: [{ chargeEfficiency: 1, dischargeEfficiency: 1, firstWh: 0, slots: [idle] }],
    })
    const { costMicroEur } = streetOptimum(solve, { peaks, slots: [slot], homes: [home(200), home(-300)] })
    expect(costMicroEur).toBeCloseTo(300 * 50 - 400 * 80, 6)
  })

  it('says so by name where there is none', async () => {
    const impossible = { chargeMostWh: 1, dischargeMostWh: 0, lowWh: 100, highWh: 100, goneWh: 0 }
    const store = { chargeEfficiency: 1, dischargeEfficiency: 1, firstWh: 0, slots: [impossible] }
    const prices = { retailEurPerMWh: 320, feedInEurPerMWh: 80, sharedEurPerMWh: 110, takenWh: [0], givenWh: [0] }
    const attempt = () =>
      streetOptimum(solve, { peaks, slots: [prices], homes: [{ place: 0, restWh: [0], stores: [store] }] })
    expect(attempt).toThrow(CeilingUnsolved)
    expect(attempt).toThrow(/^--ceiling: .*no optimum \(status \d+\)/)
  })

  it('is refused for a street or a time too large, by name', async () => {
    const refused = (request: SimulationRequest) =>
      Effect.runSync(Effect.flip(openSimulation({ ...request, ceiling: 'computed' }))).message
    expect(refused({ homes: 101 })).toBe('--ceiling: expected at most 100 homes, not 101')
    expect(refused({ homes: 2, days: 8 })).toBe('--ceiling: expected at most 7 days, not 8')
  })

  it('stands as a third column beside the others, and in the hash', async () => {
    const open = await opened({ homes: 4 })
    const run = runOf(open)
    const report = simulationReport(open, run.result, 1)
    expect(report.ceiling).toEqual(run.result.ceiling)
    expect(report.resultHash).not.toBe(simulationReport(open, { ...run.result, ceiling: null }, 1).resultHash)
    const words = simulationInWords(report)
    expect(words).toMatch(/with the market +without +at best\n/)
    expect(simulationInWords({ ...report, ceiling: null })).not.toContain('at best')
    const series = new ReportSeries(15)
    for (const { record } of run.slots) series.add(record)
    const page = reportPage({ report, homes: run.homes, series, neighbourhood: 'street', voltages: [] })
    expect(page).toMatch(/<th>without<\/th><th>at best<\/th>/)
    expect(page).not.toMatch(/NaN|undefined/)
  })
})
