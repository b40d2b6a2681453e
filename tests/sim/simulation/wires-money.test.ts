import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currentLosses } from '#sim/grid/current-losses.ts'
import { electricalZones } from '#sim/grid/electrical-zones.ts'
import { feederTree } from '#sim/grid/feeder-tree.ts'
import { streetFeeder } from '#sim/grid/feeders/street-feeder.ts'
import { allocateLosses, type Feeder, PowerFlow } from '#sim/index.ts'
import { curtailmentBills } from '#sim/simulation/curtailment-bills.ts'
import { GridFees } from '#sim/simulation/grid-fees.ts'
import { lossBills } from '#sim/simulation/loss-bills.ts'
import type { SimulationResult } from '#sim/simulation/simulation-result.ts'
import { WholeLosses } from '#sim/simulation/whole-losses.ts'
import { streetRun } from './simulated.ts'

/** A line from the station to `near` and on to `far`, and a short one from the station to `aside`. */
const forked: Feeder = {
  frequencyHz: 50,
  phases: 1,
  source: { bus: 'station', voltageLineToLineV: 400, perUnit: 1 },
  lines: [
    { from: 'station', to: 'near', r1Ohm: 0.1, x1Ohm: 0.05 },
    { from: 'near', to: 'far', r1Ohm: 0.2, x1Ohm: 0.1 },
    { from: 'station', to: 'aside', r1Ohm: 0.05, x1Ohm: 0.05 },
  ],
  loads: ['near', 'far', 'aside'].map((bus) => ({ bus, phase: 'ABC' as const, pKw: 1, qKvar: 0 })),
}
const treeOf = (feeder: Feeder) => feederTree(feeder, { file: 'feeder' })
const homesOf = (count: number) => Array.from({ length: count }, () => null)
const [near, far, aside] = [0, 1, 2]
const adds = ({ homes, supplier, grid, fund }: SimulationResult['moneyMicroEur']) => homes + supplier + grid + fund

describe('fees by electrical distance', () => {
  const zones = electricalZones([{ tree: treeOf(forked), homes: homesOf(3) }])
  const fees = new GridFees({ upEurPerMWhPerOhm: 100, downEurPerMWhPerOhm: 1_000 }, zones)
  const feeOf = (seller: number, buyer: number, priceEurPerMWh = 100) =>
    fees.feeEurPerMWh({ seller, buyer, priceEurPerMWh })

  it('go by the way up to where it turns, and by the way down, each at its own rate', () => {
    expect(feeOf(far, near)).toBeCloseTo(20)
    expect(feeOf(near, far)).toBeCloseTo(200)
    expect(feeOf(far, aside)).toBeCloseTo(30 + 50)
    expect(feeOf(aside, far)).toBeCloseTo(5 + 300)
    expect(feeOf(far, far)).toBe(0)
  })

  it('come to as much step by step, over two feeders, too', () => {
    const tree = treeOf(streetFeeder({ kind: 'village', homes: 9 }))
    const two = electricalZones([7, 9].map((count) => ({ tree, homes: homesOf(count) })))
    const byWay = new GridFees({ upEurPerMWhPerOhm: 1_000, downEurPerMWhPerOhm: 3_000 }, two)
    const { parent, upEurPerMWh, downEurPerMWh, placeOf } = byWay.feeWays(16)
    const stepsTo0 = (place: number): readonly number[] => (place === 0 ? [] : [place, ...stepsTo0(parent[place] ?? 0)])
    for (let seller = 0; seller < 16; seller++) {
      for (let buyer = 0; buyer < 16; buyer++) {
        const [from, to] = [stepsTo0(placeOf[seller] ?? 0), stepsTo0(placeOf[buyer] ?? 0)]
        const up = from
          .filter((place) => !to.includes(place))
          .reduce((sum, place) => sum + (upEurPerMWh[place] ?? 0), 0)
        const down = to
          .filter((place) => !from.includes(place))
          .reduce((sum, place) => sum + (downEurPerMWh[place] ?? 0), 0)
        expect(Math.abs(up + down - byWay.feeEurPerMWh({ seller, buyer, priceEurPerMWh: 0 }))).toBeLessThan(0.5 + 1e-9)
      }
    }
  })

  it('count the transformers where feeders meet, at the homes’ voltage', () => {
    const tree = treeOf(streetFeeder({ kind: 'village', homes: 2 }))
    const two = electricalZones([
      { tree, homes: homesOf(1) },
      { tree, homes: homesOf(1) },
    ])
    const { upOhm, downOhm } = two.way(0, 1)
    expect(upOhm).toBeCloseTo(downOhm, 9)
    // 1.2 % of 400 V and 250 kVA, 50 m of NAYY 4x150 and 15 m of NAYY 4x50.
    expect(upOhm).toBeCloseTo(0.012 * (400 ** 2 / 250_000) + 0.05 * 0.206 + 0.015 * 0.641, 3)
  })

  it('puts more buses than a book tells apart together, no further apart than said', () => {
    const feeders = Array.from({ length: 5 }, () => ({
      tree: treeOf(streetFeeder({ kind: 'suburb', homes: 100 })),
      homes: homesOf(100),
    }))
    const many = electricalZones(feeders)
    expect(many.zoneOf).toHaveLength(500)
    expect(many.count).toBeLessThanOrEqual(64)
    expect(many.count).toBeGreaterThan(20)
    expect(Math.max(...many.zoneOf)).toBe(many.count - 1)
    expect(many.stepOhm).toBeGreaterThan(0)
  })

  it('adds a share of the price, of which prices below 0 bear none', () => {
    const share = new GridFees({ upEurPerMWhPerOhm: 100, ofPrice: 0.05 }, zones)
    expect(share.feeEurPerMWh({ seller: far, buyer: near, priceEurPerMWh: 130 })).toBeCloseTo(20 + 6.5)
    expect(share.feeEurPerMWh({ seller: far, buyer: near, priceEurPerMWh: -130 })).toBeCloseTo(20)
  })

  it('bills each buyer once a slot, rounded up, the remainder to the supplier', () => {
    const share = new GridFees({ ofPrice: 0.05 }, zones)
    const trade = { seller: far, buyer: near, priceEurPerMWh: 101, energyWh: 1 }
    const lines = share.linesOf([trade, trade, { ...trade, buyer: aside }], 3)
    expect([...lines.paidMicroEur]).toEqual([11, 0, 6])
    expect(lines).toMatchObject({ gridMicroEur: 15, supplierMicroEur: 2 })
  })

  it('never let a buyer pay more than its supplier would have taken', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 5_000 }), (feeBp, limit) => {
        const one = new GridFees({ upEurPerMWhPerOhm: 317, downEurPerMWhPerOhm: 191, ofPrice: feeBp / 10_000 }, zones)
        const bid = Math.floor((limit * 10_000) / (10_000 + feeBp))
        const price = bid - (one.bookFees(feeBp)[far]?.[aside] ?? Number.NaN)
        if (price < 0) return
        const paid = price + one.feeEurPerMWh({ seller: far, buyer: aside, priceEurPerMWh: price })
        expect(paid).toBeLessThanOrEqual(limit + 1e-9)
        expect(paid).toBeGreaterThan(limit - 2 * (1 + feeBp / 10_000) - 1)
      }),
    )
  })

  it.each(['continuous', 'call'] as const)(
    'are paid in a street that trades (%s), and no money is lost',
    (mechanism) => {
      const fees = { upEurPerMWhPerOhm: 200, downEurPerMWhPerOhm: 400, ofPrice: 0.1 }
      const request = { homes: 20, changes: { 'market.mechanism': mechanism, 'market.forecast': 'perfect' } }
      const run = (grid: object) => streetRun({ ...request, changes: { ...request.changes, grid } })
      const dear = run({ feeder: 'village', fees })
      const free = run({ feeder: 'village' })
      const { moneyMicroEur: money } = dear.result
      expect(adds(money)).toBe(0)
      expect(adds(free.result.moneyMicroEur)).toBe(0)
      expect(money.gridFees).toBeGreaterThan(0)
      expect(free.result.moneyMicroEur.gridFees).toBe(0)
      expect(dear.homes.reduce((sum, { gridFeesMicroEur }) => sum + gridFeesMicroEur, 0)).toBe(money.gridFees)
      expect(dear.slots.reduce((sum, { record }) => sum + record.gridFeesMicroEur, 0)).toBe(money.gridFees)
      expect(dear.result.kpis.savingMicroEur).toBeLessThan(free.result.kpis.savingMicroEur)
      // Who knows what will be never loses by a trade, whatever it pays for the wires.
      expect(dear.homes.filter(({ savingMicroEur }) => savingMicroEur < -96)).toEqual([])
    },
  )

  it('are the end of trading where they are more than there is to share', () => {
    const { result } = streetRun({
      changes: { grid: { feeder: 'village', fees: { ofPrice: 1, upEurPerMWhPerOhm: 100_000 } } },
    })
    expect(result.energyWh.traded).toBe(0)
  })

  it.each([
    ['grid.fees', { grid: { feeder: 'village', fees: {} } }, 'at least one of'],
    [
      'grid.fees',
      { grid: { feeder: 'village', fees: { ofPrice: 0.1 } }, 'market.mechanism': 'community-pool' },
      'pool',
    ],
    ['grid.fees.ofPrice', { grid: { feeder: 'village', fees: { ofPrice: 1.1 } } }, 'between 0 and 1'],
    ['grid.fees.upEurPerMWhPerOhm', { grid: { feeder: 'village', fees: { upEurPerMWhPerOhm: -1 } } }, 'between 0'],
  ])('are refused by name: %s of %j', (field, changes, words) => {
    expect(() => streetRun({ changes })).toThrow(field)
    expect(() => streetRun({ changes })).toThrow(words)
  })
})

describe('losses of the wires', () => {
  it.each(['three-phase', 'single-phase'] as const)('add up by currents, near the marginal ones (%s)', (connection) => {
    const tree = treeOf(streetFeeder({ kind: 'village', connection }))
    const flow = new PowerFlow({ tree })
    const activeW = Float64Array.from(tree.points, (_, point) => (point % 3 === 0 ? -4_000 : 1_500 + 37 * point))
    const powers = { activeW, reactiveVar: activeW.map((watts) => Math.max(0, 0.2 * watts)) }
    flow.solve(powers)
    const shares = currentLosses(flow.state(), powers)
    const { lossW } = flow.totals()
    expect(shares.reduce((sum, watts) => sum + watts, 0) / lossW).toBeCloseTo(1, 6)
    const marginal = allocateLosses(flow, { powers, method: 'marginal' })
    const apart = shares.reduce((sum, watts, point) => sum + Math.abs(watts - (marginal[point] as number)), 0)
    expect(apart / marginal.reduce((sum, watts) => sum + Math.abs(watts), 0)).toBeLessThan(0.08)
  })

  it('credits who takes where others feed in', () => {
    const tree = treeOf(forked)
    const flow = new PowerFlow({ tree })
    const powers = { activeW: Float64Array.of(2_000, -9_000, 1_000), reactiveVar: new Float64Array(3) }
    flow.solve(powers)
    const [taking, feeding] = currentLosses(flow.state(), powers) as unknown as [number, number]
    expect(taking).toBeLessThan(0)
    expect(feeding).toBeGreaterThan(0)
  })

  it('are told in whole Wh that add up slot by slot, and over time go to who has caused them', () => {
    const shares = fc.array(fc.double({ min: -3, max: 9, noNaN: true }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(shares, { minLength: 1, maxLength: 50 }), (slots) => {
        const whole = new WholeLosses(4)
        const given = [0, 0, 0, 0]
        const exact = [0, 0, 0, 0]
        let [total, taken] = [0, 0]
        for (const slot of slots) {
          total += slot.reduce((sum, wh) => sum + wh, 0)
          const now = Math.floor(total) - taken
          taken += now
          const parts = whole.share(Float64Array.from(slot), now)
          expect(parts.reduce((sum, wh) => sum + wh, 0)).toBe(now)
          for (const home of given.keys()) {
            given[home] = (given[home] as number) + (parts[home] as number)
            exact[home] = (exact[home] as number) + (slot[home] as number)
          }
        }
        for (const [home, wh] of given.entries()) expect(Math.abs(wh - (exact[home] as number))).toBeLessThan(2)
      }),
    )
  })

  it('cost what energy costs without its way, each home its own or the operator all of it', () => {
    const tariff = { retailMilliEurPerMWh: 320_500, feedInMilliEurPerMWh: 80_000, localChargeMilliEurPerMWh: 110_000 }
    const lost = Int32Array.of(7, -1, 0)
    expect(lossBills(lost, { tariff, payer: 'homes' })).toEqual({
      homesMicroEur: [1_474, -210, 0],
      operatorMicroEur: 0,
    })
    expect(lossBills(lost, { tariff, payer: 'operator' })).toEqual({
      homesMicroEur: [0, 0, 0],
      operatorMicroEur: 1_263,
    })
  })

  it.each(['operator', 'homes'] as const)(
    'are on the bill of the %s, to the µEUR, and change no saving',
    (lossesPaidBy) => {
      const { result, homes, slots } = streetRun({ homes: 20, changes: { grid: { feeder: 'village', lossesPaidBy } } })
      const { moneyMicroEur: money, energyWh } = result
      const bare = streetRun({ homes: 20 })
      const sum = (of: (home: (typeof homes)[number]) => number) => homes.reduce((all, home) => all + of(home), 0)
      expect(adds(money)).toBe(0)
      expect(sum(({ gridLossesWh }) => gridLossesWh)).toBe(energyWh.gridLosses)
      expect(money.losses).toBeGreaterThan(200 * energyWh.gridLosses)
      expect(sum(({ lossesMicroEur }) => lossesMicroEur)).toBe(lossesPaidBy === 'homes' ? money.losses : 0)
      expect(slots.reduce((all, { record }) => all + record.lossesMicroEur, 0)).toBe(money.losses)
      expect(result.kpis.savingMicroEur).toBe(bare.result.kpis.savingMicroEur)
      const paidMore = bare.result.moneyMicroEur.homes - money.homes
      expect(paidMore).toBe(lossesPaidBy === 'homes' ? money.losses : 0)
      expect(bare.result.moneyMicroEur.supplier - money.supplier).toBe(0 - money.losses)
    },
  )
})

describe('what roofs are not let give', () => {
  const tariffOf = (feedInMilliEurPerMWh: number) => ({
    ...{ retailMilliEurPerMWh: 320_000, feedInMilliEurPerMWh, localChargeMilliEurPerMWh: 110_000 },
  })

  it('is paid by the Wh, rounded down once a home: at the feed-in tariff, never below 0, or at a rate of its own', () => {
    const paid = (feedIn: number, eurPerMWh?: number) =>
      curtailmentBills(Int32Array.of(1_000, 0, 3), { tariff: tariffOf(feedIn), eurPerMWh })
    expect(paid(80_500)).toEqual([80_500, 0, 241])
    expect(paid(-10_000)).toEqual([0, 0, 0])
    expect(paid(80_500, 320.25)).toEqual([320_250, 0, 960])
    expect(paid(80_500, 0)).toEqual([0, 0, 0])
  })

  it('pays nobody who was not held back, and nobody more or a µEUR less than the rate says', () => {
    const curtailed = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 20 })
    const rates = fc.option(fc.integer({ min: 0, max: 5_000_000 }), { nil: undefined })
    fc.assert(
      fc.property(curtailed, rates, fc.integer({ min: -500_000, max: 500_000 }), (wh, milli, feedIn) => {
        const eurPerMWh = milli === undefined ? undefined : milli / 1_000
        const bills = curtailmentBills(Int32Array.from(wh), { tariff: tariffOf(feedIn), eurPerMWh })
        const rate = milli ?? Math.max(0, feedIn)
        expect(bills).toEqual(wh.map((energyWh) => Number((BigInt(energyWh) * BigInt(rate)) / 1_000n)))
      }),
    )
  })

  it('is on each home’s bill with the market and without, out of what the wires earn, slot by slot', () => {
    const run = (grid: object) =>
      streetRun({
        homes: 6,
        changes: {
          grid: { feeder: 'village', ratedKva: 12, ...grid },
          'homes.generate.pvShare': 1,
          'homes.generate.batteryShare': 0,
        },
      })
    const [unpaid, asFedIn, dear] = [run({ curtailmentEurPerMWh: 0 }), run({}), run({ curtailmentEurPerMWh: 320 })]
    expect(asFedIn.result.energyWh.curtailed).toBeGreaterThan(1_000)
    for (const [paid, rate] of [
      [unpaid, 0],
      [asFedIn, 80],
      [dear, 320],
    ] as const) {
      const { moneyMicroEur: money } = paid.result
      expect(adds(money)).toBe(0)
      const owed = paid.homes.map(() => 0)
      for (const { record, meter } of paid.slots) {
        for (const [home, wh] of meter.curtailedWh.entries()) owed[home] = (owed[home] ?? 0) + wh * rate
        expect(record.compensationMicroEur).toBe(record.curtailedWh * rate)
      }
      expect(paid.homes.map(({ compensationMicroEur }) => compensationMicroEur)).toEqual(owed)
      expect(money.compensation).toBe(owed.reduce((sum, microEur) => sum + microEur, 0))
      // Nothing but money moves, the same with the market and without it.
      expect(paid.result.energyWh).toEqual(unpaid.result.energyWh)
      expect(paid.result.kpis.savingMicroEur).toBe(unpaid.result.kpis.savingMicroEur)
      expect(money.homes - unpaid.result.moneyMicroEur.homes).toBe(money.compensation)
      expect(unpaid.result.moneyMicroEur.grid - money.grid).toBe(money.compensation)
      for (const [home, { costWithoutMarketMicroEur }] of paid.homes.entries()) {
        const alone = unpaid.homes[home]?.costWithoutMarketMicroEur ?? Number.NaN
        expect(alone - costWithoutMarketMicroEur).toBe(owed[home])
      }
    }
  })

  it.each([-1, 5_001, '80', null])('is refused by name at a rate of %j', (curtailmentEurPerMWh) => {
    const changes = { grid: { feeder: 'village', curtailmentEurPerMWh } }
    expect(() => streetRun({ changes })).toThrow('grid.curtailmentEurPerMWh')
  })
})
