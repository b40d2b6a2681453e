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
    'efficiency',
    'peak import',
  ]
  const rows = lines.map(({ varied: values, kpis, market }) => [
    ...varied.map((field) => shown(values[field])),
    percent(kpis.selfSufficiency),
    percent(kpis.selfConsumption),
    `${(kpis.savingMicroEur / 1e6).toFixed(2)} EUR`,
    percent(kpis.savingShare),
    percent(market.allocativeEfficiency),
    `${(kpis.peakImportW / 1_000).toFixed(1)} kW`,
  ])
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
