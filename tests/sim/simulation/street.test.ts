import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ScenarioMarket } from '#sim/scenario/scenario-market.ts'
import type { WholeRun } from './simulated.ts'
import { streetRun } from './simulated.ts'

const markets: readonly ScenarioMarket[] = [
  {},
  { mechanism: 'call' },
  { mechanism: 'community-pool' },
  { mechanism: 'community-pool', coefficients: 'equal' },
  { forecast: 'perfect' },
]

/** Everything that has to hold of any run, whatever it simulates. */
function audit({ result, homes, slots }: WholeRun): void {
  const { energyWh, market, kpis, without } = result
  const sum = (of: (slot: WholeRun['slots'][number]['record']) => number) =>
    slots.reduce((total, { record }) => total + of(record), 0)
  const ofHomes = (of: (home: WholeRun['homes'][number]) => number) =>
    homes.reduce((total, home) => total + of(home), 0)
  expect(energyWh.production - energyWh.curtailed + energyWh.gridImport).toBe(
    energyWh.demand + energyWh.gridExport + energyWh.gridLosses + energyWh.conversionLosses + energyWh.storageDelta,
  )
  for (const home of homes) {
    expect(home.productionWh + home.importWh).toBe(
      home.demandWh + home.exportWh + home.conversionLossesWh + home.storageDeltaWh,
    )
    expect(home.conversionLossesWh).toBeGreaterThanOrEqual(0)
  }
  expect(sum(({ importWh }) => importWh)).toBe(ofHomes(({ importWh }) => importWh))
  expect(sum(({ exportWh }) => exportWh)).toBe(ofHomes(({ exportWh }) => exportWh))
  expect(sum(({ gridImportWh }) => gridImportWh)).toBe(energyWh.gridImport)
  expect(ofHomes(({ boughtWh }) => boughtWh)).toBe(energyWh.traded)
  expect(ofHomes(({ soldWh }) => soldWh)).toBe(energyWh.traded)
  expect(slots.reduce((total, { trades }) => total + trades.length, 0)).toBe(market.trades)
  expect(kpis.savingMicroEur).toBe(sum((slot) => slot.costWithoutMarketMicroEur - slot.costMicroEur))
  expect(kpis.savingMicroEur).toBe(ofHomes(({ savingMicroEur }) => savingMicroEur))
  expect(without).toEqual({
    ...kpis,
    savingMicroEur: 0,
    savingShare: kpis.savingShare === null ? null : 0,
    giniOfSavings: 0,
    losingHomes: 0,
    worstSavingMicroEur: 0,
    // All save the same: the first of them is named.
    worstSavingShare: (homes[0]?.costWithoutMarketMicroEur ?? 0) > 0 ? 0 : null,
  })
  const savings = homes.map(({ savingMicroEur }) => savingMicroEur)
  expect(kpis.losingHomes).toBe(savings.filter((saving) => saving < 0).length)
  expect(kpis.worstSavingMicroEur).toBe(Math.min(...savings))
  const worst = homes.find(({ savingMicroEur }) => savingMicroEur === kpis.worstSavingMicroEur)
  expect(kpis.worstSavingShare).toBe(worst?.savingShare)
  const netW = slots.map(({ record }) => 4 * (record.gridImportWh - record.gridExportWh))
  const changesW = netW.slice(1).map((watts, slot) => Math.abs(watts - (netW[slot] ?? Number.NaN)))
  expect(kpis.rampingW).toBe(Math.round(changesW.reduce((all, watts) => all + watts, 0) / changesW.length))
  if (kpis.loadFactor === null) expect(energyWh.gridImport).toBe(0)
  else expect(kpis.loadFactor).toBeCloseTo((4 * energyWh.gridImport) / slots.length / kpis.peakImportW, 5)
  if (market.vwapEurPerMWh !== null) {
    expect(market.vwapEurPerMWh).toBeGreaterThanOrEqual(80)
    expect(market.vwapEurPerMWh).toBeLessThanOrEqual(210)
  }
}

describe('a simulated street', () => {
  it('balances to the Wh at each home and to the µEUR over all, by every mechanism', () => {
    const share = fc.constantFrom(0, 0.5, 1)
    const street = fc.record({
      'homes.generate.heatPumpShare': share,
      'homes.generate.carShare': share,
      'homes.generate.carCharging': fc.constantFrom('at-once', 'with-the-sun', 'v2g'),
      start: fc.constantFrom('2026-01-12T00:00:00Z', '2026-06-21T00:00:00Z'),
    })
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000 }),
        fc.constantFrom(...markets),
        fc.integer({ min: 1, max: 6 }),
        street,
        (seed, market, homes, changes) => audit(streetRun({ seed, market, homes, changes })),
      ),
      { numRuns: 12 },
    )
  })

  it('gives the same bytes for the same seed, and others for another', () => {
    const bytes = (seed: number) => JSON.stringify(streetRun({ seed }))
    const first = bytes(3)
    expect(bytes(3)).toBe(first)
    expect(bytes(4)).not.toBe(first)
  })

  it('changes nobody’s energy when a home joins', () => {
    const energies = (homes: number) =>
      streetRun({ homes }).homes.map(({ home, demandWh, productionWh, importWh }) => [
        home,
        demandWh,
        productionWh,
        importWh,
      ])
    expect(energies(9).slice(0, 8)).toEqual(energies(8))
  })

  it('shares nearly all that can be shared when homes know what will be, and never more', () => {
    const shares = markets.slice(0, 3).map((market) => {
      const { result } = streetRun({ homes: 12, market: { ...market, forecast: 'perfect' } })
      return result.market.allocativeEfficiency ?? 0
    })
    for (const share of shares) expect(share).toBeLessThanOrEqual(1)
    expect(Math.min(...shares)).toBeGreaterThan(0.9)
  })

  it('pays its homes once their agents know how wrong their forecasts are', () => {
    const { slots } = streetRun({ homes: 10, days: 9 })
    const known = slots.slice(4 * 96).map(({ record }) => record.costWithoutMarketMicroEur - record.costMicroEur)
    expect(known.reduce((sum, saving) => sum + saving, 0)).toBeGreaterThan(0)
  })

  it.each([
    { scenario: 'street', homes: 12, days: 10, leastShared: 0.3, mostLost: 0 },
    { scenario: 'winter-street', homes: 12, days: 10, leastShared: 0.15, mostLost: 0.1 },
    { scenario: 'measured-sixteen', homes: undefined, days: 7, leastShared: 0.43, mostLost: 0.02 },
  ])(
    'shares of what could be shared in $days days of $scenario $leastShared at least, and hardly at anybody’s cost',
    ({ leastShared, mostLost, ...request }) => {
      const { result, homes } = streetRun(request)
      const sum = (of: (savingMicroEur: number) => number) =>
        homes.reduce((total, { savingMicroEur }) => total + Math.max(0, of(savingMicroEur)), 0)
      expect(result.market.allocativeEfficiency).toBeGreaterThan(leastShared)
      // What the losing homes lose, of what the others save.
      expect(sum((saving) => -saving)).toBeLessThanOrEqual(mostLost * sum((saving) => saving))
    },
  )

  it('trades a call at one price a slot, at the gate', () => {
    const { slots } = streetRun({ homes: 12, market: { mechanism: 'call' } })
    const traded = slots.filter(({ trades }) => trades.length > 0)
    expect(traded.length).toBeGreaterThan(10)
    for (const { record, trades } of traded) {
      expect(new Set(trades.map(({ priceEurPerMWh }) => priceEurPerMWh)).size).toBe(1)
      expect(new Set(trades.map(({ timeMs }) => timeMs))).toEqual(new Set([record.startMs - 5 * 60_000]))
    }
  })

  it('closes every book at its gate, five minutes before delivery', () => {
    const { slots } = streetRun({ homes: 12 })
    const left = slots.flatMap(({ record, trades }) => trades.map(({ timeMs }) => record.startMs - timeMs))
    expect(left.length).toBeGreaterThan(100)
    expect(Math.min(...left)).toBeGreaterThan(5 * 60_000 - 1)
  })

  it.each(['truthful', 'zip', 'adaptive-aggressive', 'gdx'] as const)('is traded by %s, too', (trader) => {
    const { result } = streetRun({ homes: 10, market: { traders: [trader], forecast: 'perfect' } })
    expect(result.market.allocativeEfficiency).toBeGreaterThan(0.5)
    expect(result.market.allocativeEfficiency).toBeLessThanOrEqual(1)
  })

  it('trades between the supplier’s tariffs of each slot, by the time of day', () => {
    const energy = [
      { from: '00:00', eurPerMWh: 200 },
      { from: '12:00', eurPerMWh: 400 },
    ]
    const tariff = { energy, network: 50, localNetworkShare: 1, feedIn: 60 }
    const { slots } = streetRun({ homes: 12, changes: { tariff } })
    for (const { record, trades } of slots) {
      // Standard time of Potsdam is an hour ahead of UTC.
      const isMorning = new Date(record.startMs).getUTCHours() < 11 || new Date(record.startMs).getUTCHours() === 23
      expect(record.retailEurPerMWh).toBe(isMorning ? 250 : 450)
      for (const { priceEurPerMWh } of trades) {
        expect(priceEurPerMWh).toBeGreaterThanOrEqual(60)
        expect(priceEurPerMWh).toBeLessThanOrEqual(isMorning ? 200 : 400)
      }
    }
    const dear = slots.flatMap(({ trades }) => trades.filter(({ priceEurPerMWh }) => priceEurPerMWh > 200))
    expect(dear.length).toBeGreaterThan(0)
  })

  it('is the street with the supplier alone where nobody has anything to share', () => {
    const { result, slots } = streetRun({ changes: { 'homes.generate.pvShare': 0 } })
    expect(result.market).toMatchObject({ trades: 0, vwapEurPerMWh: null, allocativeEfficiency: null })
    expect(result.kpis).toEqual(result.without)
    expect(result.kpis).toMatchObject({ selfSufficiency: 0, selfConsumption: null, peakExportW: 0 })
    for (const { record } of slots) expect(record.costMicroEur).toBe(record.costWithoutMarketMicroEur)
  })

  it('is held to what the pilot in Walenstadt measured, in a summer week of the village', () => {
    // Quartierstrom, July and August 2019: self-sufficiency 0.45, self-consumption of the community 0.46 to 0.63.
    const { result } = streetRun({
      scenario: 'village',
      homes: undefined,
      days: 7,
      market: { mechanism: 'community-pool' },
    })
    expect(result.homes).toBe(37)
    expect(result.kpis.selfSufficiency).toBeGreaterThan(0.38)
    expect(result.kpis.selfSufficiency).toBeLessThan(0.55)
    expect(result.kpis.selfConsumption).toBeGreaterThan(0.43)
    expect(result.kpis.selfConsumption).toBeLessThan(0.66)
  })
})
