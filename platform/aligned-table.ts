/** Rows as lines, columns as wide as they need to be: those of `texts` (from 0) begin at their left, numbers end at their right. */
export function alignedTable(rows: readonly (readonly string[])[], texts: readonly number[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const aligned = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return texts.includes(column) ? cell.padEnd(width) : cell.padStart(width)
  }
  return rows.map((row) => row.map(aligned).join('   ').trimEnd()).join('\n')
}
