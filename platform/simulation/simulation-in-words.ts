import { type SimulationReport, type StreetKpis, tellingShare } from '#sim/index.ts'
import { alignedTable } from '../aligned-table.ts'

/** A run's figures for people; beside them the street without its market and, if it was computed, at its best. */
export function simulationInWords(report: SimulationReport): string {
  const { scenario, homes, slots, seed, wallSeconds, energyWh, market, kpis, without, ceiling } = report
  const { allocativeEfficiency } = market
  const columns = [kpis, without, ...(ceiling === null ? [] : [ceiling])]
  const row = (name: string, of: (figures: StreetKpis) => string) => [name, ...columns.map(of)]
  return [
    `${scenario}: ${counted(homes)} homes, ${counted(slots)} slots, seed ${seed}, in ${wallSeconds.toFixed(1)} s`,
    '',
    alignedTable(
      [
        ['demand', kWh(energyWh.demand), 'from the grid', kWh(energyWh.gridImport)],
        ['production', kWh(energyWh.production), 'to the grid', kWh(energyWh.gridExport)],
        ['used at its roof', kWh(energyWh.selfUse), 'lost in batteries', kWh(energyWh.conversionLosses)],
        ['traded', kWh(energyWh.traded), 'stored', kWh(energyWh.storageDelta)],
        ...(report.grid === undefined
          ? []
          : [['lost in the wires', kWh(energyWh.gridLosses), 'curtailed', kWh(energyWh.curtailed)]]),
      ],
      [0, 2],
    ),
    '',
    alignedTable(
      [
        ['', 'with the market', 'without', ...(ceiling === null ? [] : ['at best'])],
        row('self-sufficiency', (of) => percent(of.selfSufficiency)),
        row('self-consumption', (of) => percent(of.selfConsumption)),
        row('saving', (of) => (of === without ? '–' : amount(of.savingMicroEur, of.savingShare))),
        row('peak import', (of) => kW(of.peakImportW)),
        row('peak export', (of) => kW(of.peakExportW)),
        row('load factor', (of) => percent(of.loadFactor)),
        row('ramping', (of) => (of.rampingW === null ? '–' : kW(of.rampingW))),
        row('emissions', (of) => kg(of.emissionsG)),
      ],
      [0],
    ),
    '',
    `${counted(market.orders)} orders, ${counted(market.trades)} trades at ${price(market.vwapEurPerMWh)} on average, ` +
      `${kWh(market.unmatchedWh)} unmatched; ${percent(allocativeEfficiency)} of what neighbours could have shared`,
    savingsInWords(report),
    ...wiresInWords(report),
    `scenario ${report.scenarioHash.slice(0, 16)}, result ${report.resultHash.slice(0, 16)}`,
  ].join('\n')
}

/** How the saving is spread over the homes: who loses by the market, and where nobody does how equally they gain. */
function savingsInWords({ homes, kpis }: SimulationReport): string {
  const { losingHomes, worstSavingMicroEur, worstSavingShare, giniOfSavings } = kpis
  if (losingHomes === null || worstSavingMicroEur === null || losingHomes === 0) {
    return `no home loses; the Gini coefficient of their savings is ${giniOfSavings === null ? '–' : fixed(giniOfSavings, 2)}`
  }
  const lost = amount(0 - worstSavingMicroEur, worstSavingShare === null ? null : 0 - worstSavingShare)
  return `${counted(losingHomes)} of ${counted(homes)} homes ${losingHomes === 1 ? 'loses' : 'lose, the worst'} ${lost}`
}

function wiresInWords({ grid, kpis, moneyMicroEur }: SimulationReport): readonly string[] {
  if (grid === undefined) return []
  const { feeders, lowestPerUnit, highestPerUnit, largestLoading, dimmedMinutes, curtailedMinutes } = grid
  return [
    `${counted(feeders)} ${feeders === 1 ? 'feeder' : 'feeders'}, ${percent(lowestPerUnit)} to ${percent(highestPerUnit)} ` +
      `of the nominal voltage, at most ${percent(largestLoading)} of a rating; limits not kept for ` +
      `${counted(kpis.violationMinutes ?? 0)} min, homes dimmed for ${counted(dimmedMinutes)} min, roofs held back for ` +
      `${counted(curtailedMinutes)} min`,
    `what the wires lost cost ${euro(moneyMicroEur.losses)}, fees for ways through them ${euro(moneyMicroEur.gridFees)}; ` +
      `who was held back was paid ${euro(moneyMicroEur.compensation)}`,
  ]
}

const counted = (count: number) => count.toLocaleString('en')
const kWh = (energyWh: number) => `${fixed(energyWh / 1_000, 1)} kWh`
const kW = (watts: number) => `${fixed(watts / 1_000, 1)} kW`
const kg = (grams: number) => `${fixed(grams / 1_000, 1)} kg CO₂`
const euro = (microEur: number) => `${fixed(microEur / 1e6, 2)} EUR`
/** With its share of the bill, unless the bill is so small that the share says nothing. */
const amount = (microEur: number, share: number | null) => {
  const telling = tellingShare(share)
  return telling === null ? euro(microEur) : `${euro(microEur)} (${percent(telling)})`
}
/** So many places, with separators of thousands; never −0. */
const fixed = (value: number, places: number) =>
  (Math.round(value * 10 ** places) / 10 ** places + 0).toLocaleString('en', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  })
const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
const price = (eurPerMWh: number | null) => (eurPerMWh === null ? '–' : `${(eurPerMWh / 10).toFixed(2)} ct/kWh`)
