import { describe, expect, it } from 'vitest'
import { simulationInWords } from '#platform/simulation/simulation-in-words.ts'
import { sweepInWords } from '#platform/simulation/sweep-in-words.ts'
import type { SimulationReport, StreetKpis } from '#sim/index.ts'

const without: StreetKpis = {
  selfSufficiency: 0.5,
  selfConsumption: 0.25,
  savingMicroEur: 0,
  savingShare: 0,
  peakImportW: 12_345,
  peakExportW: 900,
  loadFactor: 0.333333,
  rampingW: 1_499,
  giniOfSavings: 0,
  losingHomes: 0,
  worstSavingMicroEur: 0,
  worstSavingShare: 0,
  violationMinutes: null,
  emissionsG: 8_900,
}

function report(kpis: Partial<StreetKpis>): SimulationReport {
  return {
    scenario: 'lane',
    scenarioHash: 'a'.repeat(64),
    seed: 1,
    homes: 1_200,
    slots: 96,
    wallSeconds: 1,
    energyWh: {
      demand: 28_900,
      production: 1_003_000,
      selfUse: 3_000,
      traded: 0,
      gridImport: 3_000,
      gridExport: 12_040,
      gridLosses: 0,
      conversionLosses: 0,
      curtailed: 0,
      storageDelta: -20,
    },
    market: { orders: 4, trades: 2, vwapEurPerMWh: 130, unmatchedWh: 95_230, allocativeEfficiency: 0.9 },
    moneyMicroEur: { homes: 0, supplier: 0, grid: 0, fund: 0, gridFees: 0, losses: 0, compensation: 0 },
    kpis: { ...without, ...kpis },
    without,
    ceiling: null,
    resultHash: 'b'.repeat(64),
  }
}
const lineOf = (text: string, name: string) => text.split('\n').find((line) => line.startsWith(name)) ?? ''

describe('a run in words', () => {
  it('puts numbers under each other, with the same places', () => {
    const words = simulationInWords(report({}))
    const energy = words.split('\n').slice(2, 6)
    expect(energy).toEqual([
      'demand                28.9 kWh   from the grid        3.0 kWh',
      'production         1,003.0 kWh   to the grid         12.0 kWh',
      'used at its roof       3.0 kWh   lost in batteries    0.0 kWh',
      'traded                 0.0 kWh   stored               0.0 kWh',
    ])
    const figures = words.split('\n').slice(7, 16)
    expect(figures.map((line) => line.length)).toEqual(figures.map(() => figures[0]?.length))
    expect(lineOf(words, 'load factor')).toMatch(/33\.3 % +33\.3 %$/)
    expect(lineOf(words, 'ramping')).toMatch(/1\.5 kW +1\.5 kW$/)
    expect(words).toContain(', 95.2 kWh unmatched;')
  })

  it('says how many homes lose and how much the worst of them, or how equally all gain', () => {
    const losing = (kpis: Partial<StreetKpis>) => simulationInWords(report({ giniOfSavings: null, ...kpis }))
    const worst = { worstSavingMicroEur: -1_234_567, worstSavingShare: -0.0567 }
    expect(losing({ losingHomes: 1_011, ...worst })).toContain(
      '\n1,011 of 1,200 homes lose, the worst 1.23 EUR (5.7 %)\n',
    )
    expect(losing({ losingHomes: 1, ...worst })).toContain('\n1 of 1,200 homes loses 1.23 EUR (5.7 %)\n')
    expect(losing({ losingHomes: 1, ...worst, worstSavingShare: null })).toContain('loses 1.23 EUR\n')
    expect(simulationInWords(report({ giniOfSavings: 0.4567 }))).toContain(
      '\nno home loses; the Gini coefficient of their savings is 0.46\n',
    )
  })

  it('tells no share of a bill that is smaller than what is saved', () => {
    const saving = (savingShare: number | null) =>
      lineOf(simulationInWords(report({ savingMicroEur: 2_500_000, savingShare })), 'saving')
    expect(saving(1)).toMatch(/ 2\.50 EUR \(100\.0 %\) +–$/)
    expect(saving(1.0001)).toMatch(/ 2\.50 EUR +–$/)
    expect(saving(-1.2)).toMatch(/ 2\.50 EUR +–$/)
    expect(saving(null)).toMatch(/ 2\.50 EUR +–$/)
  })
})

describe('a sweep in words', () => {
  it('is a line a run, with the homes that lose', () => {
    const line = (seed: string, kpis: Partial<StreetKpis>) => {
      const { wallSeconds: _, ...swept } = report(kpis)
      return { varied: { seed }, ...swept }
    }
    const [head = '', ...rows] = sweepInWords([
      line('one', { savingMicroEur: 12_340_000, savingShare: 1.5, losingHomes: 1_011 }),
      line('two', { savingMicroEur: -1_000_000, savingShare: -0.1, losingHomes: null, rampingW: null }),
    ]).split('\n')
    expect(head).toMatch(/^seed +self-sufficiency .* homes that lose .* load factor +ramping$/)
    expect(rows).toEqual([
      expect.stringMatching(/^one .* 12\.34 EUR +– +1,011 +90\.0 % +12\.3 kW +33\.3 % +1\.5 kW$/),
      expect.stringMatching(/^two .* -1\.00 EUR +-10\.0 % +– +90\.0 % +12\.3 kW +33\.3 % +–$/),
    ])
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => head.length))
  })
})
