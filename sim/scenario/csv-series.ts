import type { MeasuredSeries } from './measured-series.ts'
import { ScenarioRefused } from './scenario-refused.ts'

/** Columns of values looked for when none is named, in this order. */
const VALUE_COLUMNS = ['power_w', 'power_kw', 'energy_wh', 'energy_kwh', 'electricity', 'power']
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** The most a roof may give in units of its peak power: more is a mistaken unit. */
const PER_UNIT_MAX = 1.5

/** What a file says: who names it, its text, and what its numbers mean where the column does not say. */
export interface CsvSource {
  readonly file: string
  readonly text: string
  readonly column?: string | undefined
  /** W per unit of a column that does not end in a unit: 1 where it is W, the peak power where it is per unit. */
  readonly wattsPerUnit: number
}

/**
 * A power series from CSV (INTERFACES, Files): comma-separated, a header, a `timestamp` column (Unix seconds, or
 * ISO 8601, UTC where it names no zone) and a column of values ≥ 0 by its ending: `_w`, `_kw` mean power, `_wh`,
 * `_kwh` energy of the step. Any regular step. Throws ScenarioRefused with line and column.
 */
export function csvSeries(source: CsvSource): MeasuredSeries {
  const { file } = source
  const lines = source.text.replace(/^\uFEFF/, '').split(/\r?\n/)
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop()
  const header = cells(lines[0] ?? '')
  const timeCell = header.indexOf('timestamp')
  const wanted = source.column === undefined ? VALUE_COLUMNS : [source.column]
  const column = wanted.find((name) => header.includes(name))
  const refuse = (line: number, place: string, value: string, expected: string): never => {
    throw new ScenarioRefused({ file, field: `line ${line}, column ${place}`, value, expected })
  }
  if (timeCell < 0) return refuse(1, 'timestamp', header.join(','), 'a column timestamp')
  if (column === undefined) return refuse(1, wanted.join('|'), header.join(','), `a column ${wanted.join(' or ')}`)
  const valueCell = header.indexOf(column)
  const rows = lines.length - 1
  if (rows < 2) return refuse(lines.length, 'timestamp', `${rows} rows`, 'two rows or more')

  const meanW = new Float64Array(rows)
  let startMs = 0
  let stepMs = 0
  for (let row = 0; row < rows; row++) {
    const line = row + 2
    const found = cells(lines[row + 1] ?? '')
    const timeText = found[timeCell] ?? ''
    const timeMs = timestampMs(timeText)
    if (timeMs === null) return refuse(line, 'timestamp', shown(timeText), 'Unix seconds or ISO 8601')
    if (row === 0) startMs = timeMs
    if (row === 1) stepMs = timeMs - startMs
    if (row === 1 && (stepMs < 1000 || stepMs > DAY_MS)) {
      return refuse(line, 'timestamp', shown(timeText), 'a step of 1 s to 1 day')
    }
    if (timeMs !== startMs + row * stepMs) {
      const regular = new Date(startMs + row * stepMs).toISOString()
      return refuse(line, 'timestamp', shown(timeText), `${regular}: every step as long as the first`)
    }
    const valueText = found[valueCell] ?? ''
    const value = valueText === '' ? Number.NaN : Number(valueText)
    if (!(value >= 0 && value < 1e9)) return refuse(line, column, shown(valueText), 'a number of 0 or more')
    meanW[row] = value
  }
  const watts = wattsOf(column, stepMs) ?? source.wattsPerUnit
  const strange =
    source.wattsPerUnit === 1 || wattsOf(column, stepMs) !== null
      ? -1
      : meanW.findIndex((value) => value > PER_UNIT_MAX)
  if (strange >= 0) {
    return refuse(
      strange + 2,
      column,
      `${meanW[strange]}`,
      `at most ${PER_UNIT_MAX} of the peak power (or a column in _w)`,
    )
  }
  if (rows * stepMs < DAY_MS) return refuse(lines.length, 'timestamp', `${rows} rows`, 'a day of data or more')
  return { startMs, stepMs, meanW: meanW.map((value) => value * watts) }
}

/** What one of a column's numbers is in mean W, by the column's ending; null where it has none. */
function wattsOf(column: string, stepMs: number): number | null {
  if (column.endsWith('_kwh')) return (1000 * HOUR_MS) / stepMs
  if (column.endsWith('_wh')) return HOUR_MS / stepMs
  if (column.endsWith('_kw')) return 1000
  return column.endsWith('_w') ? 1 : null
}

function cells(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}

function timestampMs(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000)
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(text)) return null
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10)) ? text : `${text}Z`
  const timeMs = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(timeMs) ? null : timeMs
}

const shown = (text: string) => (text === '' ? 'nothing' : JSON.stringify(text))
