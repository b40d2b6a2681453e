import type { SimulationReport, StreetKpis } from '#sim/index.ts'

/** A run's figures for people; beside them the street without its market and, if it was computed, at its best. */
export function simulationInWords(report: SimulationReport): string {
  const { scenario, homes, slots, seed, wallSeconds, energyWh, market, kpis, without, ceiling } = report
  const { allocativeEfficiency } = market
  const columns = [kpis, without, ...(ceiling === null ? [] : [ceiling])]
  const row = (name: string, of: (figures: StreetKpis) => string) => [name, ...columns.map(of)]
  return [
    `${scenario}: ${counted(homes)} homes, ${counted(slots)} slots, seed ${seed}, in ${wallSeconds.toFixed(1)} s`,
    '',
    table([
      ['demand', kWh(energyWh.demand), 'from the grid', kWh(energyWh.gridImport)],
      ['production', kWh(energyWh.production), 'to the grid', kWh(energyWh.gridExport)],
      ['used at its roof', kWh(energyWh.selfUse), 'lost in batteries', kWh(energyWh.conversionLosses)],
      ['traded', kWh(energyWh.traded), 'stored', kWh(energyWh.storageDelta)],
      ...(report.grid === undefined
        ? []
        : [['lost in the wires', kWh(energyWh.gridLosses), 'curtailed', kWh(energyWh.curtailed)]]),
    ]),
    '',
    table([
      ['', 'with the market', 'without', ...(ceiling === null ? [] : ['at best'])],
      row('self-sufficiency', (of) => percent(of.selfSufficiency)),
      row('self-consumption', (of) => percent(of.selfConsumption)),
      row('saving', (of) => (of === without ? '–' : `${euro(of.savingMicroEur)} (${percent(of.savingShare)})`)),
      row('peak import', (of) => kW(of.peakImportW)),
      row('peak export', (of) => kW(of.peakExportW)),
      row('emissions', (of) => kg(of.emissionsG)),
    ]),
    '',
    `${counted(market.orders)} orders, ${counted(market.trades)} trades at ${price(market.vwapEurPerMWh)} on average; ` +
      `${percent(allocativeEfficiency)} of what neighbours could have shared`,
    ...wiresInWords(report),
    `scenario ${report.scenarioHash.slice(0, 16)}, result ${report.resultHash.slice(0, 16)}`,
  ].join('\n')
}

function wiresInWords({ grid, kpis }: SimulationReport): readonly string[] {
  if (grid === undefined) return []
  const { feeders, lowestPerUnit, highestPerUnit, largestLoading, dimmedMinutes, curtailedMinutes } = grid
  return [
    `${counted(feeders)} ${feeders === 1 ? 'feeder' : 'feeders'}, ${percent(lowestPerUnit)} to ${percent(highestPerUnit)} ` +
      `of the nominal voltage, at most ${percent(largestLoading)} of a rating; limits not kept for ` +
      `${counted(kpis.violationMinutes ?? 0)} min, homes dimmed for ${counted(dimmedMinutes)} min, roofs held back for ` +
      `${counted(curtailedMinutes)} min`,
  ]
}

const counted = (count: number) => count.toLocaleString('en')
const kWh = (energyWh: number) => `${(energyWh / 1_000).toLocaleString('en', { maximumFractionDigits: 1 })} kWh`
const kW = (watts: number) => `${(watts / 1_000).toFixed(1)} kW`
const kg = (grams: number) => `${(grams / 1_000).toFixed(1)} kg CO₂`
const euro = (microEur: number) => `${(microEur / 1e6).toFixed(2)} EUR`
const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
const price = (eurPerMWh: number | null) => (eurPerMWh === null ? '–' : `${(eurPerMWh / 10).toFixed(2)} ct/kWh`)

/** Columns as wide as they need to be. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
