import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { progressLine } from '#platform/progress-line.ts'
import { runOpened } from '#platform/simulation/run-simulation.ts'
import { simulationInWords } from '#platform/simulation/simulation-in-words.ts'
import { feederTree } from '#sim/grid/feeder-tree.ts'
import { streetFeeder } from '#sim/grid/feeders/street-feeder.ts'
import { EN_50160 } from '#sim/grid/limits.ts'
import { type Feeder, NotConverged, PowerFlow } from '#sim/index.ts'
import { openResultFiles } from '#sim/results/result-files.ts'
import { FeederControl } from '#sim/simulation/feeder-control.ts'
import { FeederGrid } from '#sim/simulation/feeder-grid.ts'
import { openSimulation, type SimulationRequest } from '#sim/simulation/open-simulation.ts'
import { simulationReport } from '#sim/simulation/simulation-report.ts'
import { handMade, runOf, streetRun, terms } from './simulated.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-grid-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Two homes, one after the other, on a balanced line of 400 V without a transformer. */
const line: Feeder = {
  frequencyHz: 50,
  phases: 1,
  source: { bus: 'station', voltageLineToLineV: 400, perUnit: 1 },
  lines: [
    { from: 'station', to: 'near', r1Ohm: 0.1, x1Ohm: 0.05, ratingA: 50 },
    { from: 'near', to: 'far', r1Ohm: 0.1, x1Ohm: 0.05, ratingA: 50 },
  ],
  loads: [
    { bus: 'near', phase: 'ABC', pKw: 1, qKvar: 0 },
    { bus: 'far', phase: 'ABC', pKw: 1, qKvar: 0.5 },
  ],
}
const lineFile = join(folder, 'line.json')
writeFileSync(lineFile, JSON.stringify(line))
const plain = { isControllable: false, roofPeakW: 0 }
/** What homes of such net power do, W. */
const taking = (...watts: readonly number[]) => ({
  minutes: 15,
  netW: Float64Array.from(watts),
  roofW: new Float64Array(watts.length),
  withheldW: new Float64Array(watts.length),
})
const gridOn = (feeder: Feeder) =>
  new FeederGrid([
    {
      tree: feederTree(feeder, { file: 'feeder' }),
      kvarPerKw: Float64Array.from(feeder.loads, ({ pKw, qKvar }) => qKvar / pKw),
      homes: feeder.loads.map(() => plain),
    },
  ])

describe('a street on wires', () => {
  it('draws what they lose besides, to the Wh of a power flow of each slot', () => {
    const watts = [4_000, 12_000]
    const street = handMade(watts.map((loadW) => ({ loadW: () => loadW })))
    const { result, slots } = runOf({ street, terms: terms({}, { grid: gridOn(line) }), slots: 8 })
    const flow = new PowerFlow({ tree: feederTree(line, { file: 'line' }) })
    flow.solve({ activeW: Float64Array.from(watts), reactiveVar: Float64Array.of(0, 6_000) })
    const { lossW } = flow.totals()
    expect(lossW).toBeGreaterThan(100)
    expect(result.energyWh.gridLosses).toBe(Math.floor(2 * lossW))
    expect(result.energyWh.gridImport).toBe(32_000 + result.energyWh.gridLosses)
    expect(slots.reduce((sum, { record }) => sum + record.gridLossesWh, 0)).toBe(result.energyWh.gridLosses)
    const farV = Math.hypot(flow.state().voltage[4] as number, flow.state().voltage[5] as number)
    expect(slots[0]?.record.lowestPerUnit).toBeCloseTo(farV, 6)
    expect(result.grid?.lowestPerUnit).toBe(slots[0]?.record.lowestPerUnit)
  })

  it('balances to the Wh, on as many feeders as it takes, and gives the same bytes again', () => {
    const run = () =>
      streetRun({
        homes: 9,
        changes: {
          grid: { feeder: 'village', homesPerFeeder: 4, connection: 'single-phase' },
          'homes.generate.carShare': 0.5,
          'homes.generate.heatPumpShare': 0.5,
        },
      })
    const first = run()
    const { energyWh, grid, kpis } = first.result
    expect(energyWh.production - energyWh.curtailed + energyWh.gridImport).toBe(
      energyWh.demand + energyWh.gridExport + energyWh.gridLosses + energyWh.conversionLosses + energyWh.storageDelta,
    )
    expect(grid?.feeders).toBe(3)
    expect(energyWh.gridLosses).toBeGreaterThan(0)
    // A few per cent: the wires of a village are short.
    expect(energyWh.gridLosses).toBeLessThan(0.05 * energyWh.demand)
    expect(kpis.violationMinutes).toBe(first.result.without.violationMinutes)
    expect(JSON.stringify(run())).toBe(JSON.stringify(first))
  })

  it('changes no home’s energy, nor what it pays where the operator pays for losses', () => {
    const { result, homes } = streetRun({ changes: { grid: { feeder: 'rural' } } })
    const bare = streetRun()
    expect(homes.map((home) => ({ ...home, gridLossesWh: 0 }))).toEqual(bare.homes)
    expect(homes.reduce((sum, { gridLossesWh }) => sum + gridLossesWh, 0)).toBe(result.energyWh.gridLosses)
    expect(result.energyWh).toMatchObject({ demand: bare.result.energyWh.demand, traded: bare.result.energyWh.traded })
    expect(bare.result.kpis.violationMinutes).toBeNull()
    expect(bare.result).not.toHaveProperty('grid')
  })

  it('counts a minute once in which limits break, and each kind of them', () => {
    const late = (minute: number) => (minute < 30 ? 1_000 : 20_000)
    const street = handMade([{ loadW: late }, { loadW: late }])
    const { result, slots } = runOf({ street, terms: terms({}, { grid: gridOn(line) }), slots: 4 })
    expect(slots.map(({ record }) => record.violationMinutes)).toEqual([0, 0, 15, 15])
    expect(result.kpis.violationMinutes).toBe(30)
    expect(result.grid?.violationMinutes).toEqual({ undervoltage: 0, overvoltage: 0, overload: 30, unbalance: 0 })
    expect(result.grid?.largestLoading).toBeGreaterThan(1)
  })

  it('knows each bus’s lowest and highest voltage, and who lives there', () => {
    const grid = gridOn(line)
    grid.step(taking(0, 20_000))
    grid.step(taking(0, -20_000))
    const [station, near, far] = grid.voltages()
    expect(station).toMatchObject({ bus: 'station', home: null, from: null, lowestPerUnit: 1, highestPerUnit: 1 })
    expect(near).toMatchObject({ feeder: 1, home: 0, from: 'station', resistanceOhm: 0.1 })
    expect(far).toMatchObject({ home: 1, from: 'near', resistanceOhm: 0.2 })
    expect(far?.lowestPerUnit).toBeLessThan(near?.lowestPerUnit ?? 0)
    expect(far?.highestPerUnit).toBeGreaterThan(near?.highestPerUnit ?? 2)
    expect(far?.highestPerUnit).toBeLessThan(EN_50160.highPerUnit)
  })

  it('fails with the bus where the voltage collapses, and leaves no file behind', async () => {
    const grid = { feeder: 'village', ratedKva: 1 }
    const open = Effect.runSync(openSimulation({ homes: 20, changes: { grid } }))
    const out = join(folder, 'collapsed')
    const files = openResultFiles(out, open)
    const failed = await Effect.runPromise(
      Effect.flip(runOpened(open, { progress: progressLine({ write: () => {} }), files })),
    )
    files.close()
    expect(failed.message).toMatch(/no power flow: the voltage at bus "home-\d\d"/)
    expect(readdirSync(out)).toEqual([])
  })

  it('ends where its wires cannot carry what it takes, and names the bus', () => {
    const street = handMade([{ loadW: () => 1_000 }, { loadW: () => 400_000 }])
    const run = () => runOf({ street, terms: terms({}, { grid: gridOn(line) }), slots: 1 })
    expect(run).toThrow(NotConverged)
    const village = feederTree(streetFeeder({ kind: 'village', homes: 1 }), { file: 'village' })
    const one = { tree: village, kvarPerKw: Float64Array.of(0.2), homes: [plain] }
    const collapse = () => new FeederGrid([one, one]).step(taking(1_000, 2_000_000))
    expect(collapse).toThrow(/the voltage at bus "home-01 of feeder 2"/)
  })
})

describe('an operator of wires', () => {
  /** Six homes on a line. */
  const on = (
    control: 'as-needed' | 'none',
    generate: object,
    rated: {
      readonly ratingA: number
      readonly seed: number
      readonly start: string
      readonly forecast?: 'perfect'
    },
  ) => {
    const { ratingA, seed, start, forecast = 'persistence' } = rated
    const feeder = join(folder, `${ratingA}-amperes.json`)
    const lines = line.lines.map((one) => ({ ...one, ratingA }))
    writeFileSync(feeder, JSON.stringify({ ...line, lines, loads: [...line.loads, ...line.loads, ...line.loads] }))
    const generated = Object.entries(generate).map(([field, value]) => [`homes.generate.${field}`, value])
    return streetRun({
      homes: 6,
      seed,
      market: { forecast },
      changes: { start, grid: { feeder, control }, ...Object.fromEntries(generated) },
    })
  }
  const balance = ({ energyWh }: ReturnType<typeof on>['result']) =>
    energyWh.production -
    energyWh.curtailed +
    energyWh.gridImport -
    (energyWh.demand + energyWh.gridExport + energyWh.gridLosses + energyWh.conversionLosses + energyWh.storageDelta)

  it('dims heat pumps and cars in the slots after one that a line could not stand, until it could again', () => {
    const rated = { ratingA: 35, seed: 2, start: '2026-01-12T00:00:00Z' }
    const shares = { carShare: 1, heatPumpShare: 0.5, pvShare: 0 }
    const [held, free] = (['as-needed', 'none'] as const).map((control) => on(control, shares, rated))
    if (held === undefined || free === undefined) throw new Error('both run')
    const overloaded = (run: typeof held) => run.result.grid?.violationMinutes.overload ?? 0
    expect(overloaded(free)).toBe(60)
    expect(overloaded(held)).toBeLessThanOrEqual(overloaded(free) / 2)
    expect(held.result.kpis.peakImportW).toBeLessThanOrEqual(free.result.kpis.peakImportW)
    expect(free.slots.every(({ record }) => record.dimmedHomes === 0)).toBe(true)
    for (const [index, { record }] of held.slots.entries()) {
      if ((record.violationMinutes ?? 0) > 0 && index < 95) expect(held.slots[index + 1]?.record.dimmedHomes).toBe(6)
    }
    const dimmed = held.slots.filter(({ record }) => record.dimmedHomes > 0).length
    expect(held.result.grid).toMatchObject({ dimmedMinutes: 15 * dimmed, dimmedHomeMinutes: 90 * dimmed })
    expect(dimmed).toBeLessThan(96)
    expect(held.result.grid?.withheldWh).toBeGreaterThan(1_000)
    expect(free.result.grid).toMatchObject({ dimmedMinutes: 0, withheldWh: 0, curtailedMinutes: 0 })
    expect([balance(held.result), balance(free.result)]).toEqual([0, 0])
  })

  it('holds roofs back that a line cannot carry away, and counts what they could have given', () => {
    const rated = { ratingA: 20, seed: 1, start: '2026-06-21T00:00:00Z' }
    const shares = { pvShare: 1, batteryShare: 0 }
    const [held, free] = (['as-needed', 'none'] as const).map((control) => on(control, shares, rated))
    if (held === undefined || free === undefined) throw new Error('both run')
    expect(held.result.energyWh.curtailed).toBeGreaterThan(1_000)
    expect(held.result.energyWh.production).toBe(free.result.energyWh.production)
    expect(held.result.kpis.violationMinutes).toBeLessThan((free.result.kpis.violationMinutes ?? 0) / 2)
    expect(held.result.grid?.curtailedMinutes).toBeGreaterThan(60)
    expect(free.result.energyWh.curtailed).toBe(0)
    expect([balance(held.result), balance(free.result)]).toEqual([0, 0])
    const { homes, result } = held
    expect(homes.reduce((sum, { curtailedWh }) => sum + curtailedWh, 0)).toBe(result.energyWh.curtailed)
    for (const home of homes) {
      expect(home.productionWh - home.curtailedWh + home.importWh).toBe(
        home.demandWh + home.exportWh + home.conversionLossesWh + home.storageDeltaWh,
      )
    }
  })

  it('does the same to a street whose homes know what will be', () => {
    const rated = { ratingA: 35, seed: 2, start: '2026-01-12T00:00:00Z' } as const
    const shares = { carShare: 1, heatPumpShare: 0.5 }
    const [foreseen, guessed] = [
      on('as-needed', shares, { ...rated, forecast: 'perfect' }),
      on('as-needed', shares, rated),
    ]
    expect(foreseen.result.grid).toEqual(guessed.result.grid)
    expect(foreseen.result.grid?.dimmedMinutes).toBeGreaterThan(0)
    expect(foreseen.homes.map(({ importWh }) => importWh)).toEqual(guessed.homes.map(({ importWh }) => importWh))
  })

  it('dims to 4.2 kW, and no longer than the line could not carry what that withholds', () => {
    const control = new FeederControl({ roofPeakW: 10_000 })
    const slot = (importLoading: number, withheldW = 0) =>
      control.look({
        stress: { importLoading, exportLoading: 0, lowestPerUnit: 1, highestPerUnit: 1 },
        netW: 10_000,
        roofW: 0,
        withheldW,
      })
    slot(0.99)
    expect(control.restraint).toEqual({ controllableW: null, roofShare: 1 })
    slot(1.01)
    expect(control.restraint).toEqual({ controllableW: 4_200, roofShare: 1 })
    slot(0.8, 3_000)
    expect(control.restraint.controllableW).toBe(4_200)
    slot(0.8, 2_000)
    expect(control.restraint.controllableW).toBeNull()
  })

  it('takes a tenth of their peak power from the roofs with each slot that was too much, and gives it back', () => {
    const control = new FeederControl({ roofPeakW: 10_000 })
    const slot = (exportLoading: number, highestPerUnit = 1) =>
      control.look({
        stress: { importLoading: 0, exportLoading, lowestPerUnit: 1, highestPerUnit },
        netW: -6_000,
        roofW: 8_000,
        withheldW: 0,
      })
    const shares = [
      () => slot(1.1),
      () => slot(0.95),
      () => slot(0.5, 1.105),
      () => slot(0.5, 1.095),
      () => slot(0.5),
      () => slot(0.5),
      () => slot(0.5),
      () => slot(0.5),
      () => slot(0.5),
    ].map((look) => {
      look()
      return control.restraint.roofShare
    })
    const expected = [0.7, 0.7, 0.6, 0.6, 0.7, 0.8, 0.9, 1, 1]
    for (const [index, share] of shares.entries()) expect(share).toBeCloseTo(expected[index] ?? 0, 9)
  })
})

describe('the results of a street on wires', () => {
  it('draw the voltages along its feeders, and list them by bus and home', () => {
    const odd = join(folder, 'odd.json')
    writeFileSync(odd, JSON.stringify(line).replaceAll('"near"', JSON.stringify('near, "<b>"')))
    const out = join(folder, 'out')
    const open = Effect.runSync(openSimulation({ homes: 3, changes: { grid: { feeder: odd } } }))
    const files = openResultFiles(out, open)
    const { result, homes, slots } = runOf(open)
    for (const slot of slots) files.slot(slot)
    files.finish(simulationReport(open, result, 1), homes)
    const page = readFileSync(join(out, 'report.html'), 'utf8')
    expect(page).toMatch(/Voltages along feeder [12],/)
    expect(page).toMatch(/<th>curtailed<\/th><th>paid for it, EUR<\/th>/)
    expect(page).not.toMatch(/NaN|Infinity|undefined|<b>/)
    const rows = readFileSync(join(out, 'voltages.csv'), 'utf8').trim().split('\n')
    expect(rows[0]).toBe('feeder,bus,from,home,resistance_ohm,lowest_per_unit,highest_per_unit')
    expect(rows[2]).toMatch(/^1,"near, ""<b>""",station,home-01,0\.1,0\.9\d+,[\d.]+$/)
    expect(rows.length).toBe(1 + 2 * 3)
    const lowest = rows.slice(1).map((row) => Number(row.split(',').at(-2)))
    expect(Math.min(...lowest)).toBe(result.grid?.lowestPerUnit)
    expect(simulationInWords(simulationReport(open, result, 1))).toMatch(/2 feeders, 9\d\.\d % to \d+(\.\d)? %/)
  })
})

describe('wires that cannot be', () => {
  const refusal = (grid: object, request: SimulationRequest = {}) =>
    Effect.runSync(Effect.flip(openSimulation({ homes: 3, ...request, changes: { grid } }))).message
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, JSON.stringify({ ...line, loads: [{ bus: 'nowhere', phase: 'ABC', pKw: 1, qKvar: 0 }] }))
  const empty = join(folder, 'empty.json')
  writeFileSync(empty, JSON.stringify({ ...line, loads: [] }))
  it.each<[object, RegExp]>([
    [
      { feeder: 'hamlet' },
      /street.*: grid\.feeder: expected a file that can be read, or one of .*village.*, not ENOENT/,
    ],
    [{ feeder: broken }, /broken\.json: loads\.0\.bus: expected a bus of a line/],
    [{ feeder: empty }, /street: grid\.feeder: expected a feeder with loads/],
    [
      { feeder: lineFile, homesPerFeeder: 3 },
      /street: grid\.homesPerFeeder: expected at most 2, the loads of .*not 3$/,
    ],
    [{ feeder: 'village', homesPerFeeder: 0 }, /grid\.homesPerFeeder/],
    [{ feeder: lineFile, ratedKva: 100 }, /grid\.ratedKva: expected nothing beside .*line\.json, .*not 100$/],
    [{ feeder: lineFile, connection: 'single-phase' }, /grid\.connection: expected nothing beside .*line\.json/],
    [{}, /grid\.feeder/],
  ])('%j is refused', (grid, message) => {
    expect(refusal(grid)).toMatch(message)
  })

  it('takes a file of its own, whose content is part of the scenario’s hash', () => {
    const open = () => Effect.runSync(openSimulation({ homes: 3, changes: { grid: { feeder: lineFile } } }))
    const before = open()
    expect(before.terms.grid?.result().feeders).toBe(2)
    writeFileSync(lineFile, JSON.stringify({ ...line, frequencyHz: 60 }))
    expect(open().scenarioHash).not.toBe(before.scenarioHash)
  })
})
