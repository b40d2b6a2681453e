const numbered = new Intl.Collator('en', { numeric: true })

/** The homes of a street in the order of their house numbers; homes whose names say nothing in the order they joined. */
export function houseOrder(homes: readonly number[], names: readonly string[]): number[] {
  return [...homes].sort((a, b) => numbered.compare(names[a] ?? '', names[b] ?? '') || a - b)
}
