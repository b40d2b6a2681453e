import type { Series } from '../wrapped-series.ts'
import { csvColumn, expectDay } from './csv-column.ts'

/** Columns of values looked for when none is named, in this order. */
const VALUE_COLUMNS = ['power_w', 'power_kw', 'energy_wh', 'energy_kwh', 'electricity', 'power']
const HOUR_MS = 3_600_000

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
 * A power series (mean W) from CSV: a column of values ≥ 0 by its ending: `_w`, `_kw` mean power, `_wh`, `_kwh` energy
 * of the step. Throws ScenarioRefused with line and column.
 */
export function csvSeries(source: CsvSource): Series {
  const { file, text, wattsPerUnit } = source
  const found = csvColumn({
    file,
    text,
    columns: source.column === undefined ? VALUE_COLUMNS : [source.column],
    accepts: (value) => value >= 0 && value < 1e9,
    expected: 'a number of 0 or more',
  })
  const { column, startMs, stepMs, values } = found
  const named = wattsOf(column, stepMs)
  const strange = wattsPerUnit === 1 || named !== null ? -1 : values.findIndex((value) => value > PER_UNIT_MAX)
  if (strange >= 0) {
    const expected = `at most ${PER_UNIT_MAX} of the peak power (or a column in _w)`
    return found.refuse(strange, `${values[strange]}`, expected)
  }
  expectDay(found, file)
  const watts = named ?? wattsPerUnit
  return { startMs, stepMs, values: values.map((value) => value * watts) }
}

/** What one of a column's numbers is in mean W, by the column's ending; null where it has none. */
function wattsOf(column: string, stepMs: number): number | null {
  if (column.endsWith('_kwh')) return (1000 * HOUR_MS) / stepMs
  if (column.endsWith('_wh')) return HOUR_MS / stepMs
  if (column.endsWith('_kw')) return 1000
  return column.endsWith('_w') ? 1 : null
}
