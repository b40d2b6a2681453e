import type { SimulationReport } from '../simulation/simulation-report.ts'
import type { HomeResult, StreetKpis } from '../simulation/simulation-result.ts'
import type { BusVoltages } from '../simulation/street-grid.ts'
import type { ReportSeries } from './report-series.ts'
import { type ChartSeries, escaped, number, svgChart } from './svg-chart.ts'
import { tellingShare } from './telling-share.ts'
import { voltageCharts } from './voltage-chart.ts'

/** Bars of more homes than this would be too thin: the list below has them all. */
const BARS_MAX = 400

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } td, th { text-align: right; padding: 0.2rem 0.6rem; border-bottom: 1px solid #8884; white-space: nowrap; }
.wide { overflow-x: auto; }
td:first-child, th:first-child { text-align: left; }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; font-size: 11px; }
svg text { fill: currentColor; opacity: 0.75; } .grid { stroke: currentColor; opacity: 0.15; }
.legend span { margin-right: 1rem; font-size: 0.85rem; } .legend i { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.35em; }
.small { opacity: 0.7; font-size: 0.85rem; overflow-wrap: anywhere; }`

/** A run as one page of HTML that needs nothing else: no server, no script, no network. */
export function reportPage(run: {
  readonly report: SimulationReport
  readonly homes: readonly HomeResult[]
  readonly series: ReportSeries
  readonly neighbourhood: string
  /** of all buses; none without wires */
  readonly voltages: readonly BusVoltages[]
}): string {
  const { report, homes, series, neighbourhood, voltages } = run
  const { scenario, seed, slots, scenarioHash, resultHash } = report
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(neighbourhood)} – Commonwatt</title>`,
    `<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>`,
    `<h1>${escaped(neighbourhood)}</h1>`,
    `<p>${number(homes.length)} homes, ${number(slots)} slots of scenario ${escaped(scenario)}, seed ${seed}.</p>`,
    '<h2>Figures</h2>',
    kpiTable(report),
    energyTable(report),
    moneyTable(report),
    '<h2>The mean day</h2>',
    ...dayCharts(series),
    '<h2>The transformer</h2>',
    durationChart(series),
    ...gridSection(report, voltages),
    '<h2>The homes</h2>',
    savingsChart(homes),
    homesTable(homes, report.grid === undefined ? 'free' : 'on wires'),
    `<p class="small">scenario ${scenarioHash}<br>result ${resultHash}</p></body></html>`,
  ].join('\n')
}

function kpiTable({ kpis, without, ceiling, market }: SimulationReport): string {
  const best = ceiling === null ? [] : [ceiling]
  const row = (name: string, of: (figures: StreetKpis) => string) => [name, ...[kpis, without, ...best].map(of)]
  const ofMarket = (name: string, figure: string) => [name, figure, '–', ...best.map(() => '–')]
  return table(
    ['', 'with the market', 'without', ...best.map(() => 'at best')],
    [
      row('self-sufficiency', (of) => percent(of.selfSufficiency)),
      row('self-consumption', (of) => percent(of.selfConsumption)),
      row('saving', (of) => amount(of.savingMicroEur, of.savingShare)),
      row('peak import', (of) => `${number(of.peakImportW / 1_000)} kW`),
      row('peak export', (of) => `${number(of.peakExportW / 1_000)} kW`),
      row('load factor', (of) => percent(of.loadFactor)),
      row('ramping', (of) => (of.rampingW === null ? '–' : `${number(of.rampingW / 1_000)} kW`)),
      row('Gini of savings', (of) => plain(of.giniOfSavings)),
      row('homes that lose', (of) => plain(of.losingHomes)),
      row('saving of the worst', (of) =>
        of.worstSavingMicroEur === null ? '–' : amount(of.worstSavingMicroEur, of.worstSavingShare),
      ),
      row('limits not kept', (of) => (of.violationMinutes === null ? '–' : `${number(of.violationMinutes)} min`)),
      row('emissions', (of) => `${number(of.emissionsG / 1_000)} kg CO₂`),
      ofMarket('mean price', market.vwapEurPerMWh === null ? '–' : `${number(market.vwapEurPerMWh / 10)} ct/kWh`),
      ofMarket('allocative efficiency', percent(market.allocativeEfficiency)),
      ofMarket('unmatched', `${number(market.unmatchedWh / 1_000)} kWh`),
    ],
  )
}

function energyTable({ energyWh }: SimulationReport): string {
  const names = {
    demand: 'demand',
    production: 'production',
    selfUse: 'used at its roof',
    traded: 'traded',
    gridImport: 'from the grid',
    gridExport: 'to the grid',
    gridLosses: 'lost in the wires',
    conversionLosses: 'lost in batteries',
    curtailed: 'curtailed',
    storageDelta: 'more in store at the end',
  } as const satisfies Record<keyof SimulationReport['energyWh'], string>
  const rows = Object.entries(names).map(([field, name]) => [
    name,
    number(energyWh[field as keyof typeof names] / 1_000),
  ])
  return table(['energy', 'kWh'], rows)
}

function moneyTable({ moneyMicroEur }: SimulationReport): string {
  const { homes, supplier, grid, fund, gridFees, losses, compensation } = moneyMicroEur
  return table(
    ['money, what each received', 'EUR'],
    [
      ['the homes', fixed(homes / 1e6)],
      ['the supplier', fixed(supplier / 1e6)],
      ['who runs the wires', fixed(grid / 1e6)],
      ['the neighbourhood’s fund', fixed(fund / 1e6)],
      ['of it fees by the way through the wires', fixed(gridFees / 1e6)],
      ['of it for what the wires lost', fixed(losses / 1e6)],
      ['of it paid to homes for what their roofs were not let give', fixed(compensation / 1e6)],
    ],
  )
}

function gridSection({ grid }: SimulationReport, voltages: readonly BusVoltages[]): readonly string[] {
  if (grid === undefined) return []
  const { violationMinutes, ...rest } = grid
  const minutes = (count: number) => `${number(count)} min`
  return [
    '<h2>The wires</h2>',
    table(
      ['', ''],
      [
        ['feeders', number(rest.feeders)],
        ['lowest voltage of a home', percent(rest.lowestPerUnit)],
        ['highest voltage of a home', percent(rest.highestPerUnit)],
        ['largest share of a rating', percent(rest.largestLoading)],
        ...Object.entries(violationMinutes).map(([kind, count]) => [kind, minutes(count)]),
        ['heat pumps and cars dimmed', minutes(rest.dimmedMinutes)],
        ['roofs held back', minutes(rest.curtailedMinutes)],
      ],
    ),
    ...voltageCharts(voltages),
  ]
}

function dayCharts(series: ReportSeries): readonly string[] {
  const day = series.meanDay()
  const slotHours = 24 / day.demandW.length
  const xTicks = [0, 4, 8, 12, 16, 20, 24].map((x) => ({ x, label: `${String(x).padStart(2, '0')}:00` }))
  const over = (values: readonly (number | null)[], scale: number): ChartSeries['points'] =>
    values.map((value, slot) => ({ x: (slot + 0.5) * slotHours, y: value === null ? null : value * scale }))
  const kW = (name: string, colour: string, shape: ChartSeries['shape'], values: readonly number[]) => ({
    name,
    colour,
    shape,
    points: over(values, 1e-3),
  })
  const ct = (name: string, colour: string, values: readonly (number | null)[]) => ({
    name,
    colour,
    shape: 'line' as const,
    points: over(values, 0.1),
  })
  return [
    svgChart({
      title: 'Energy of the street by hour (UTC)',
      unit: 'kW',
      xTicks,
      series: [
        kW('production', '#e8a317', 'area', day.productionW),
        kW('demand', '#3266ad', 'area', day.demandW),
        kW('traded', '#2a9d5c', 'line', day.tradedW),
        kW('from the grid', '#b3392f', 'line', day.gridImportW),
        kW('to the grid', '#8a5fbf', 'line', day.gridExportW),
      ],
    }),
    svgChart({
      title: 'Prices by hour (UTC)',
      unit: 'ct/kWh',
      xTicks,
      series: [
        ct('retail', '#b3392f', day.retailEurPerMWh),
        ct('neighbours', '#2a9d5c', day.vwapEurPerMWh),
        ct('feed-in', '#8a5fbf', day.feedInEurPerMWh),
      ],
    }),
  ]
}

function durationChart(series: ReportSeries): string {
  return svgChart({
    title: 'Duration of the power at the transformer, import above 0',
    unit: 'kW over the share of the time',
    xTicks: [0, 0.25, 0.5, 0.75, 1].map((x) => ({ x, label: `${x * 100} %` })),
    series: [
      {
        name: 'mean power of a slot',
        colour: '#3266ad',
        shape: 'area',
        points: series.duration().map(({ share, powerW }) => ({ x: share, y: powerW / 1_000 })),
      },
    ],
  })
}

function savingsChart(homes: readonly HomeResult[]): string {
  const savings = homes.map(({ savingMicroEur }) => savingMicroEur / 1e6).sort((a, b) => b - a)
  if (savings.length > BARS_MAX) return ''
  return svgChart({
    title: 'Saving of each home, the largest first',
    unit: 'EUR',
    xTicks: [0, savings.length].map((x) => ({ x, label: String(x) })),
    series: [
      {
        name: 'saving',
        colour: '#2a9d5c',
        shape: 'area',
        points: savings.flatMap((y, index) => [
          { x: index + 0.1, y: 0 },
          { x: index + 0.1, y },
          { x: index + 0.9, y },
          { x: index + 0.9, y: 0 },
        ]),
      },
    ],
  })
}

function homesTable(homes: readonly HomeResult[], where: 'free' | 'on wires'): string {
  const kWh = (energyWh: number) => fixed(energyWh / 1_000)
  const eur = (microEur: number) => fixed(microEur / 1e6)
  return table(
    [
      ...['', 'demand, kWh', 'production', 'bought', 'sold'],
      ...(where === 'on wires' ? ['curtailed', 'paid for it, EUR'] : []),
      ...['cost, EUR', 'without', 'saving'],
    ],
    homes.map((home) => [
      home.home,
      kWh(home.demandWh),
      kWh(home.productionWh),
      kWh(home.boughtWh),
      kWh(home.soldWh),
      ...(where === 'on wires' ? [kWh(home.curtailedWh), eur(home.compensationMicroEur)] : []),
      eur(home.costMicroEur),
      eur(home.costWithoutMarketMicroEur),
      eur(home.savingMicroEur),
    ]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`
  return `<div class="wide"><table>${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table></div>`
}

const percent = (share: number | null) => (share === null ? '–' : `${number(share * 100)} %`)
const plain = (value: number | null) => (value === null ? '–' : number(value))
/** To two places in each row, so that a column aligns; never −0. */
const fixed = (value: number) => (Math.round(value * 100) / 100 + 0).toFixed(2)
const euro = (microEur: number) => `${number(microEur / 1e6)} EUR`
const amount = (microEur: number, share: number | null) => {
  const telling = tellingShare(share)
  return telling === null ? euro(microEur) : `${euro(microEur)} (${percent(telling)})`
}
