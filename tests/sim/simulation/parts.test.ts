import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gini } from '#protocol/gini.ts'
import type { EnergyAccount } from '#sim/home/home-state.ts'
import { SimulatedHome } from '#sim/home/simulated-home.ts'
import { BalanceBroken } from '#sim/simulation/balance-broken.ts'
import { poolTrades } from '#sim/simulation/community-pool.ts'
import { GridDemand } from '#sim/simulation/grid-demand.ts'
import { homeEnergy } from '#sim/simulation/home-energy.ts'
import { shareOut } from '#sim/simulation/share-out.ts'

describe('the energy of a home', () => {
  const { account } = new SimulatedHome({
    home: 'one',
    startMs: 0,
    load: { meanW: () => 0 },
    roof: null,
    battery: null,
    heatPump: null,
    car: null,
    wishes: null,
    counters: { importWh: 1, exportWh: 1, producedWh: 1 },
  })
  const nothing: EnergyAccount = account
  const joules = fc.integer({ min: 0, max: 10_000_000 })

  it('balances in whole Wh, each within a Wh of what it is', () => {
    fc.assert(
      fc.property(
        joules,
        joules,
        joules,
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        (roofJ, loadJ, batteryLossJ, storedJ) => {
          const netJ = roofJ - loadJ - batteryLossJ - storedJ
          const [importJ, exportJ] = [Math.max(0, -netJ) + 777, Math.max(0, netJ) + 777]
          const after = { ...nothing, roofJ, loadJ, batteryLossJ, storedJ, importJ, exportJ }
          const metered = { importWh: Math.floor(importJ / 3_600), exportWh: Math.floor(exportJ / 3_600) }
          const energy = homeEnergy({ home: 'one', before: nothing, after, ...metered })
          expect(energy.productionWh + energy.importWh).toBe(
            energy.demandWh + energy.exportWh + energy.conversionLossesWh + energy.storageDeltaWh,
          )
          expect(Math.abs(energy.productionWh - roofJ / 3_600)).toBeLessThan(1)
          expect(Math.abs(energy.demandWh - loadJ / 3_600)).toBeLessThan(1)
          expect(Math.abs(energy.conversionLossesWh - batteryLossJ / 3_600)).toBeLessThan(1)
          expect(Math.abs(energy.storageDeltaWh - storedJ / 3_600)).toBeLessThan(1)
        },
      ),
    )
  })

  it('that does not balance is a defect, by name', () => {
    const after = { ...nothing, loadJ: 7_200, importJ: 3_600 }
    const broken = () => homeEnergy({ home: 'one', before: nothing, after, importWh: 1, exportWh: 0 })
    expect(broken).toThrow(BalanceBroken)
    expect(broken).toThrow('the energy of one does not balance: -1.000 Wh are left over')
  })
})

describe('a share-out', () => {
  it('gives away all, each part within one of its due', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100_000 }),
        fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 40 }),
        (total, weights) => {
          const sum = weights.reduce((all, weight) => all + weight, 0)
          const parts = shareOut(total, weights)
          expect(parts.reduce((all, part) => all + part, 0)).toBe(sum === 0 ? 0 : total)
          for (const [index, part] of parts.entries()) {
            if (sum > 0) expect(Math.abs(part - (total * (weights[index] ?? 0)) / sum)).toBeLessThan(1)
          }
        },
      ),
    )
  })
})

describe('a community pool', () => {
  const meter = (importWh: readonly number[], exportWh: readonly number[]) => ({
    slot: 1,
    importWh: Int32Array.from(importWh),
    exportWh: Int32Array.from(exportWh),
    demandWh: Int32Array.from(importWh),
    productionWh: Int32Array.from(exportWh),
    curtailedWh: new Int32Array(importWh.length),
    importJ: Float64Array.from(importWh),
    exportJ: Float64Array.from(exportWh),
    stores: [],
  })
  const shared = (coefficients: 'by-demand' | 'equal') =>
    poolTrades({ meter: meter([300, 100, 0, 0], [0, 0, 150, 50]), timeMs: 0, coefficients, priceEurPerMWh: 145 }).map(
      ({ buyer, seller, energyWh }) => [buyer, seller, energyWh],
    )

  it('shares by what each home lacks', () => {
    expect(shared('by-demand')).toEqual([
      [0, 2, 150],
      [1, 3, 50],
    ])
  })

  it('shares in equal parts, and what a home does not need of its part is not shared', () => {
    expect(shared('equal')).toEqual([
      [0, 2, 50],
      [1, 2, 25],
      [1, 3, 25],
    ])
  })
})

describe('the Gini coefficient', () => {
  it.each([
    [[5, 5, 5, 5], 0],
    [[0, 0, 0, 8], 0.75],
    [[1, 2, 3, 4], 0.25],
    [[0, 0], 0],
    [[-1, 4], null],
    [[], null],
  ])('of %j is %s', (amounts, expected) => {
    expect(gini(amounts)).toBe(expected)
  })
})

describe('what the grid has met of a home’s demand', () => {
  const quiet = { storedJ: 0, inJ: 0, inFromImportJ: 0, outJ: 0, lossJ: 0 }

  it('is what came through the meter from beyond the street', () => {
    const demand = new GridDemand()
    demand.add({ importJ: 1_000, gridShare: 0.4, store: quiet })
    expect(demand.metJ).toBe(400)
  })

  it('also by way of a store, once: what was charged from the grid counts when it is used, and what is lost never', () => {
    const demand = new GridDemand()
    demand.add({ importJ: 1_000, gridShare: 1, store: { ...quiet, inJ: 2_000, inFromImportJ: 1_000, lossJ: 200 } })
    expect(demand.metJ).toBe(0)
    demand.add({ importJ: 0, gridShare: 1, store: { ...quiet, storedJ: 1_800, outJ: 900 } })
    expect(demand.metJ).toBe(450)
    demand.add({ importJ: 0, gridShare: 1, store: { ...quiet, storedJ: 900, outJ: 900 } })
    expect(demand.metJ).toBe(900)
  })

  it('is nothing where the sun filled the store', () => {
    const demand = new GridDemand()
    demand.add({ importJ: 0, gridShare: 1, store: { ...quiet, inJ: 500 } })
    demand.add({ importJ: 0, gridShare: 1, store: { ...quiet, storedJ: 500, outJ: 500 } })
    expect(demand.metJ).toBe(0)
  })
})
