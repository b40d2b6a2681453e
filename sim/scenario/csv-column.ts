import type { Series } from '../wrapped-series.ts'
import { ScenarioRefused } from './scenario-refused.ts'

const DAY_MS = 86_400_000

/** A column of a CSV file, and how to refuse what stands in one of its rows. */
export interface CsvColumn extends Series {
  readonly column: string
  /** Throws ScenarioRefused with line and column. */
  readonly refuse: (row: number, value: string, expected: string) => never
}

/**
 * A column of numbers from CSV (INTERFACES, Files): comma-separated, a header, a `timestamp` column (Unix seconds, or
 * ISO 8601, UTC where it names no zone), any regular step, a day or more. `columns` are looked for in their order.
 * Throws ScenarioRefused with line and column.
 */
export function csvColumn(source: {
  readonly file: string
  readonly text: string
  readonly columns: readonly string[]
  readonly accepts: (value: number) => boolean
  /** what `accepts` takes, in words */
  readonly expected: string
}): CsvColumn {
  const { file } = source
  const lines = source.text.replace(/^\uFEFF/, '').split(/\r?\n/)
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop()
  const header = cells(lines[0] ?? '')
  const timeCell = header.indexOf('timestamp')
  const column = source.columns.find((name) => header.includes(name))
  const refuse = (line: number, place: string, value: string, expected: string): never => {
    throw new ScenarioRefused({ file, field: `line ${line}, column ${place}`, value, expected })
  }
  if (timeCell < 0) return refuse(1, 'timestamp', header.join(','), 'a column timestamp')
  if (column === undefined) {
    return refuse(1, source.columns.join('|'), header.join(','), `a column ${source.columns.join(' or ')}`)
  }
  const valueCell = header.indexOf(column)
  const rows = lines.length - 1
  if (rows < 2) return refuse(lines.length, 'timestamp', `${rows} rows`, 'two rows or more')

  const values = new Float64Array(rows)
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
    if (!source.accepts(value)) return refuse(line, column, shown(valueText), source.expected)
    values[row] = value
  }
  const refuseRow = (row: number, value: string, expected: string) => refuse(row + 2, column, value, expected)
  return {
    column,
    startMs,
    stepMs,
    values,
    refuse: refuseRow,
  }
}

/** Refuses a column that covers less than a day: it could not go on after its end. */
export function expectDay(column: CsvColumn, file: string): void {
  const rows = column.values.length
  if (rows * column.stepMs >= DAY_MS) return
  throw new ScenarioRefused({
    file,
    field: `line ${rows + 1}, column timestamp`,
    value: `${rows} rows`,
    expected: 'a day of data or more',
  })
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
