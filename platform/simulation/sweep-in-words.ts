import { tellingShare } from '#sim/index.ts'
import { alignedTable } from '../aligned-table.ts'
import type { SweepLine } from './sweep-line.ts'

/** The runs of a sweep for people: what each varied, and its figures. */
export function sweepInWords(lines: readonly SweepLine[]): string {
  const varied = Object.keys(lines[0]?.varied ?? {})
  const head = [
    ...varied,
    'self-sufficiency',
    'self-consumption',
    'saving',
    'of tariff cost',
    'homes that lose',
    'efficiency',
    'peak import',
    'load factor',
    'ramping',
  ]
  const rows = lines.map(({ varied: values, kpis, market }) => [
    ...varied.map((field) => shown(values[field])),
    percent(kpis.selfSufficiency),
    percent(kpis.selfConsumption),
    `${fixed(kpis.savingMicroEur / 1e6, 2)} EUR`,
    percent(tellingShare(kpis.savingShare)),
    kpis.losingHomes === null ? '–' : fixed(kpis.losingHomes, 0),
    percent(market.allocativeEfficiency),
    kW(kpis.peakImportW),
    percent(kpis.loadFactor),
    kpis.rampingW === null ? '–' : kW(kpis.rampingW),
  ])
  return alignedTable(
    [head, ...rows],
    varied.map((_, column) => column),
  )
}

const fixed = (value: number, places: number) =>
  value.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places })
const kW = (watts: number) => `${fixed(watts / 1_000, 1)} kW`
const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
