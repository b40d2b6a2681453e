/** The columns of a kind of record, each with its unit: what NDJSON calls them, and CSV with the unit in the name. */
export interface RecordTable<Row> {
  readonly name: string
  /** the text that stands for a row's value in CSV, for what is not a plain number or text there */
  readonly columns: { readonly [Field in keyof Row & string]: { readonly csv: string; readonly unit: string } }
}

/** The first line of a CSV file. */
export function csvHeader<Row>(table: RecordTable<Row>): string {
  return columnsOf(table)
    .map(([, { csv }]) => csv)
    .join(',')
}

/** A row as CSV; null is nothing. A text with a comma, a quote or a line break stands in quotes (RFC 4180). */
export function csvLine<Row extends object>(table: RecordTable<Row>, row: Row): string {
  return columnsOf(table)
    .map(([field]) => quoted(String(row[field as keyof Row] ?? '')))
    .join(',')
}

/** The first line of an NDJSON file: what each field's numbers are. */
export function ndjsonHeader<Row>(table: RecordTable<Row>): string {
  return JSON.stringify({ units: Object.fromEntries(columnsOf(table).map(([field, { unit }]) => [field, unit])) })
}

/** A row as NDJSON, its fields in the order of the columns. */
export function ndjsonLine<Row extends object>(table: RecordTable<Row>, row: Row): string {
  return JSON.stringify(Object.fromEntries(columnsOf(table).map(([field]) => [field, row[field as keyof Row]])))
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

function columnsOf<Row>({ columns }: RecordTable<Row>) {
  return Object.entries(columns) as [string, { readonly csv: string; readonly unit: string }][]
}
