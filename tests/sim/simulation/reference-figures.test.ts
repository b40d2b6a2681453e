import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { netSlot } from '#contracts/index.ts'
import { MatchSession } from '#matching-engine/index.ts'
import { StreetFigures } from '#sim/simulation/street-figures.ts'
import { besideCheckout } from '../reference.ts'
import { handMade, runOf, terms } from './simulated.ts'

const noStore = { storedJ: 0, inJ: 0, inFromImportJ: 0, outJ: 0, lossJ: 0 }
const alone = { trades: [], orders: 0, unmatchedWh: 0 }

describe('03: grid fees along the way, 4 ct in all', () => {
  // 1 ct/kWh is 10 EUR/MWh. House 2 behind zone 1 sells to house 1 behind zone 0.
  const config = {
    op: 'config',
    maxPrice: 10_000,
    fees: [
      [0, 40],
      [40, 0],
    ],
  }
  const offer = (price: number) => ({
    op: 'new',
    id: 's',
    acct: 's',
    side: 'sell',
    type: 'limit',
    price,
    qty: 200,
    tif: 'GTC',
    zone: 1,
  })
  const bid = (price: number) => ({
    op: 'new',
    id: 'b',
    acct: 'b',
    side: 'buy',
    type: 'limit',
    price,
    qty: 200,
    tif: 'GTC',
    zone: 0,
  })
  const trades = (...commands: readonly object[]) => {
    const session = new MatchSession()
    return commands.flatMap((command) => JSON.parse(JSON.stringify(session.line(JSON.stringify(command)))).trades)
  }

  it.each([
    [
      'an offer of 10 ct that rests is paid 10 ct, and costs its buyer 14',
      [offer(100), bid(300)],
      ['s', 'b', 100, 200],
    ],
    ['a bid of 30 ct that rests costs 30 ct, and pays its seller 26', [bid(300), offer(100)], ['b', 's', 260, 200]],
  ])('%s', (_, commands, trade) => {
    expect(trades(config, ...commands)).toEqual([trade])
  })

  it('a fee above what both can share prevents the trade', () => {
    expect(
      trades(
        {
          ...config,
          fees: [
            [0, 450],
            [450, 0],
          ],
        },
        offer(300),
        bid(450),
      ),
    ).toEqual([])
  })
})

describe('05: what a consumer saves in a community', () => {
  it('16.6667 % of 2,265.84 ct', () => {
    // Utility 22 ct and 8 ct of fees; neighbours 17 ct and the same fees, which buying from them does not avoid.
    const tariff = { retailMilliEurPerMWh: 300_000, feedInMilliEurPerMWh: 50_000, localChargeMilliEurPerMWh: 80_000 }
    const figures = new StreetFigures({ homes: 2, slotMinutes: 60 })
    const [consumer, community] = ['0x01', '0x02'] as const
    for (let slot = 0; slot < 24; slot++) {
      const energyWh = 3_147
      const trades = [{ id: `${slot}.1`, slot, buyer: consumer, seller: community, priceEurPerMWh: 170, energyWh }]
      const statements = [
        { account: consumer, slot, importWh: energyWh, exportWh: 0 },
        { account: community, slot, importWh: 0, exportWh: energyWh },
      ]
      figures.add({
        meter: {
          slot,
          importWh: Int32Array.of(energyWh, 0),
          exportWh: Int32Array.of(0, energyWh),
          demandWh: Int32Array.of(energyWh, 0),
          productionWh: Int32Array.of(0, energyWh),
          curtailedWh: new Int32Array(2),
          importJ: Float64Array.of(energyWh * 3_600, 0),
          exportJ: Float64Array.of(0, energyWh * 3_600),
          stores: [noStore, noStore],
        },
        trading: {
          orders: 0,
          unmatchedWh: 0,
          trades: [{ slot, timeMs: 0, buyer: 0, seller: 1, priceEurPerMWh: 170, energyWh }],
        },
        netted: netSlot({ slot, trades, statements }, { tariff, protocolFeeBp: 0 }),
        tariff,
        grid: null,
        fees: null,
        losses: null,
        compensation: null,
        emissionsGPerKwh: 0,
      })
    }
    const energy = {
      demandWh: 75_528,
      productionWh: 0,
      curtailedWh: 0,
      importWh: 75_528,
      exportWh: 0,
      conversionLossesWh: 0,
      storageDeltaWh: 0,
    }
    const home = figures.homeResult(0, { home: 'consumer', energy })
    expect(home.costWithoutMarketMicroEur).toBe(22_658_400)
    expect(home.costMicroEur).toBe(18_882_000)
    expect(home.savingMicroEur).toBe(3_776_400)
    expect(home.savingShare).toBeCloseTo(0.16666667, 6)
    expect(figures.result([energy], { demand: 1, production: 1 }).market.allocativeEfficiency).toBe(1)
  })
})

describe('12: a home with a small roof', () => {
  // Restated: 4 modules of 160 W, mean power by hour, against 200 W day and night.
  const hoursWh = [110, 228, 389.6, 548, 635.6, 607.6, 478.8, 310.8, 166.4]
  const roofW = (minute: number) => {
    const exact = hoursWh[Math.floor(minute / 60) - 8] ?? 0
    // Whole watts by the minute whose sum is the hour's energy.
    const at = minute % 60
    return Math.round(exact * (at + 1)) - Math.round(exact * at)
  }

  it('meets 0.34925 of its demand by itself, no slot left out', () => {
    const { result } = runOf({ street: handMade([{ loadW: () => 200, roofW }]), terms: terms(), slots: 96 })
    expect(result.energyWh.demand).toBe(4_800)
    expect(Math.abs(result.energyWh.production - 3_474.8)).toBeLessThan(1)
    expect(Math.abs(result.energyWh.selfUse - 1_676.4)).toBeLessThanOrEqual(1)
    expect(result.kpis.selfSufficiency).toBeCloseTo(0.34925, 4)
    expect(result.kpis.selfConsumption).toBeCloseTo(1_676.4 / 3_474.8, 4)
  })

  it('is the case as it is published', () => {
    const { path, there } = besideCheckout('shared/reference/market/12_pv_gaussian_self_sufficiency.json')
    if (!there) return
    const { inputs, expected } = JSON.parse(readFileSync(path, 'utf8'))
    expect(inputs.pv.kWh_by_hour.slice(8, 17).map((kWh: number) => Math.round(kWh * 1e4) / 10)).toEqual(hoursWh)
    expect(expected.physical_self_sufficiency).toBe(0.34925)
  })
})

describe('13: a store of 1.2 kWh without losses', () => {
  const battery = {
    capacityWh: 1_200,
    chargePowerW: 5_000,
    dischargePowerW: 5_000,
    chargeEfficiency: 1,
    dischargeEfficiency: 1,
    selfDischargePerHour: 0,
    fadePerCycle: 0,
    fadePerYear: 0,
    minSocPerMille: 100,
    maxSocPerMille: 1_000,
    initialSocPerMille: 500,
  }

  it('gives a load of 100 W from 8 to 17 o’clock 480 Wh and ends at 10 %', () => {
    const loadW = (minute: number) => (minute >= 480 && minute < 1_080 ? 100 : 0)
    const street = handMade([{ loadW, battery }])
    const { result } = runOf({ street, terms: terms(), slots: 96 })
    expect(result.energyWh).toMatchObject({ demand: 1_000, gridImport: 520, storageDelta: -480, conversionLosses: 0 })
    expect(street.homes[0]?.account.storedJ).toBe(120 * 3_600)
  })

  it('takes 600 Wh from the sun and ends full', () => {
    const street = handMade([
      { loadW: () => 0, roofW: (minute) => (minute >= 480 && minute < 1_020 ? 386 : 0), battery },
    ])
    const { result } = runOf({ street, terms: terms(), slots: 96 })
    expect(result.energyWh).toMatchObject({ production: 3_474, storageDelta: 600, gridExport: 2_874, gridImport: 0 })
    expect(street.homes[0]?.account.storedJ).toBe(1_200 * 3_600)
  })
})

describe('a slot of a street', () => {
  const figures = () => new StreetFigures({ homes: 2, slotMinutes: 15 })
  const tariff = terms().rules.tariff
  const meter = (importWh: readonly number[], exportWh: readonly number[]) => ({
    slot: 7,
    importWh: Int32Array.from(importWh),
    exportWh: Int32Array.from(exportWh),
    demandWh: Int32Array.from(importWh),
    productionWh: Int32Array.from(exportWh),
    curtailedWh: new Int32Array(importWh.length),
    importJ: Float64Array.from(importWh, (wh) => wh * 3_600),
    exportJ: Float64Array.from(exportWh, (wh) => wh * 3_600),
    stores: importWh.map(() => noStore),
  })
  const settled = (importWh: readonly number[], exportWh: readonly number[]) => {
    const statements = importWh.map((wh, home) => ({
      account: `0x${home}` as const,
      slot: 7,
      importWh: wh,
      exportWh: exportWh[home] ?? 0,
    }))
    const netted = netSlot({ slot: 7, trades: [], statements }, { tariff, protocolFeeBp: 25 })
    const none = { grid: null, fees: null, losses: null, compensation: null }
    return { meter: meter(importWh, exportWh), trading: alone, netted, tariff, ...none, emissionsGPerKwh: 400 }
  }

  it('passes the transformer only with what neighbours do not use', () => {
    const street = figures()
    expect(street.add(settled([500, 0], [0, 300]))).toMatchObject({ gridImportWh: 200, gridExportWh: 0 })
    const { kpis, energyWh } = street.result([], { demand: 500 * 3_600, production: 300 * 3_600 })
    expect(kpis).toMatchObject({ selfSufficiency: 0.6, selfConsumption: 1, peakImportW: 800, emissionsG: 80 })
    expect(energyWh).toMatchObject({ gridImport: 200, gridExport: 0 })
  })

  it('counts what the wires lose as drawn from the grid, and minutes of limits not kept', () => {
    const street = figures()
    street.add({
      ...settled([500, 0], [0, 300]),
      grid: {
        lossesWh: 12,
        homeLossesWh: Int32Array.of(9, 3),
        violationMinutes: 15,
        lowestPerUnit: 0.89,
        highestPerUnit: 1,
        dimmedHomes: 0,
      },
    })
    const { kpis, energyWh } = street.result([], { demand: 500 * 3_600, production: 300 * 3_600 })
    expect(energyWh).toMatchObject({ gridImport: 212, gridLosses: 12 })
    expect(kpis.violationMinutes).toBe(15)
  })

  it('tells load factor and ramping of what passes the transformer', () => {
    const street = figures()
    // Net 200, −300 and 600 Wh: mean import 800 / 3 of a peak of 600; changes of 500 and 900 Wh in a quarter of an hour.
    for (const [imported, exported] of [
      [500, 300],
      [0, 300],
      [600, 0],
    ] as const) {
      street.add(settled([imported, 0], [0, exported]))
    }
    const { kpis, without } = street.result([], { demand: 1, production: 1 })
    expect(kpis).toMatchObject({ peakImportW: 2_400, peakExportW: 1_200, loadFactor: 0.444444, rampingW: 2_800 })
    expect(without).toEqual(kpis)
  })

  it('has no load factor without import, and no ramping of one slot', () => {
    const street = figures()
    street.add(settled([0, 0], [0, 300]))
    const { kpis } = street.result([], { demand: 1, production: 1 })
    expect(kpis).toMatchObject({ loadFactor: null, rampingW: null })
  })

  it('pays who is held back with and without the market, out of what the wires earn', () => {
    const street = figures()
    const record = street.add({ ...settled([500, 0], [0, 300]), compensation: [0, 8_000] })
    const bare = figures()
    bare.add(settled([500, 0], [0, 300]))
    const exactJ = { demand: 1, production: 1 }
    const [paid, unpaid] = [street, bare].map((one) => one.result([], exactJ))
    if (paid === undefined || unpaid === undefined) throw new Error('both have results')
    expect(record.compensationMicroEur).toBe(8_000)
    expect(paid.moneyMicroEur).toMatchObject({
      compensation: 8_000,
      homes: unpaid.moneyMicroEur.homes + 8_000,
      grid: unpaid.moneyMicroEur.grid - 8_000,
      supplier: unpaid.moneyMicroEur.supplier,
    })
    expect(street.wiresMicroEur).toBe(-8_000)
    expect(street.withoutMicroEur).toBe(bare.withoutMicroEur - 8_000)
    expect(paid.kpis.savingMicroEur).toBe(unpaid.kpis.savingMicroEur)
  })

  it('has no share of nothing', () => {
    const street = figures()
    street.add(settled([0, 0], [0, 300]))
    const { kpis, market } = street.result([], { demand: 0, production: 300 * 3_600 })
    expect(kpis).toMatchObject({ selfSufficiency: null, savingShare: null, selfConsumption: 0, violationMinutes: null })
    expect(market).toMatchObject({ vwapEurPerMWh: null, allocativeEfficiency: null })
  })
})
