/** Rows of one shape as columns: `{ name: [row 0, row 1, …] }`; no keys at all where there are no rows. */
export type Columns<Row> = { readonly [K in keyof Row]?: readonly Row[K][] }

export function columnsOf<Row extends object>(rows: readonly Row[]): Columns<Row> {
  const first = rows[0]
  if (first === undefined) return {}
  return Object.fromEntries(
    (Object.keys(first) as (keyof Row)[]).map((key) => [key, rows.map((row) => row[key])]),
  ) as unknown as Columns<Row>
}

export function rowsOf<Row extends object>(columns: Columns<Row>): Row[] {
  const keys = Object.keys(columns) as (keyof Row)[]
  const first = keys[0]
  const length = first === undefined ? 0 : (columns[first] as readonly unknown[]).length
  return Array.from({ length }, (_, i) => {
    const row = {} as { [K in keyof Row]: unknown }
    for (const key of keys) row[key] = (columns[key] as readonly unknown[])[i]
    return row as Row
  })
}
