import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { feederTree } from '#sim/grid/feeder-tree.ts'
import { streetFeeder } from '#sim/grid/feeders/street-feeder.ts'
import { EN_50160 } from '#sim/grid/limits.ts'
import { type Feeder, NotConverged, PowerFlow } from '#sim/index.ts'
import { FeederGrid } from '#sim/simulation/feeder-grid.ts'
import { openSimulation, type SimulationRequest } from '#sim/simulation/open-simulation.ts'
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
const gridOn = (feeder: Feeder, homes = feeder.loads.length) =>
  new FeederGrid([
    {
      tree: feederTree(feeder, { file: 'feeder' }),
      kvarPerKw: Float64Array.from(feeder.loads, ({ pKw, qKvar }) => qKvar / pKw),
      homes,
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

  it('changes no home’s energy, nor what it pays', () => {
    const { result, homes } = streetRun({ changes: { grid: { feeder: 'rural' } } })
    const bare = streetRun()
    expect(homes).toEqual(bare.homes)
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
    grid.step({ minutes: 15, netW: Float64Array.of(0, 20_000) })
    grid.step({ minutes: 15, netW: Float64Array.of(0, -20_000) })
    const [station, near, far] = grid.voltages()
    expect(station).toMatchObject({ bus: 'station', home: null, from: null, lowestPerUnit: 1, highestPerUnit: 1 })
    expect(near).toMatchObject({ feeder: 1, home: 0, from: 'station', resistanceOhm: 0.1 })
    expect(far).toMatchObject({ home: 1, from: 'near', resistanceOhm: 0.2 })
    expect(far?.lowestPerUnit).toBeLessThan(near?.lowestPerUnit ?? 0)
    expect(far?.highestPerUnit).toBeGreaterThan(near?.highestPerUnit ?? 2)
    expect(far?.highestPerUnit).toBeLessThan(EN_50160.highPerUnit)
  })

  it('ends where its wires cannot carry what it takes, and names the bus', () => {
    const street = handMade([{ loadW: () => 1_000 }, { loadW: () => 400_000 }])
    const run = () => runOf({ street, terms: terms({}, { grid: gridOn(line) }), slots: 1 })
    expect(run).toThrow(NotConverged)
    const village = feederTree(streetFeeder({ kind: 'village', homes: 1 }), { file: 'village' })
    const one = { tree: village, kvarPerKw: Float64Array.of(0.2), homes: 1 }
    const collapse = () => new FeederGrid([one, one]).step({ minutes: 15, netW: Float64Array.of(1_000, 2_000_000) })
    expect(collapse).toThrow(/the voltage at bus "home-01 of feeder 2"/)
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
