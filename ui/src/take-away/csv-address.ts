/** What a table is of: the slot shown, the last hours up to the time shown, or all. */
export const ranges = ['slot', 'hours-4', 'day', 'all'] as const
export type CsvRange = (typeof ranges)[number]

/** A gateway tells at most so many slots at once: of a longer run the last of them. */
const SLOTS_MAX = 2_976

/** The address of a table of a run, and the slots that it holds: `fromSlot` … `toSlot`, both included. */
export function csvAddress(of: {
  readonly run: string
  readonly table: 'trades' | 'slots'
  readonly range: CsvRange
  /** whose market is shown */
  readonly slot: number
  /** the one that is delivering at the time shown */
  readonly present: number
  /** the run's first */
  readonly first: number
  readonly slotMinutes: number
}): string {
  const { run, table, range, slot, present, first, slotMinutes } = of
  // Slots trade before they deliver: what is shown may lie after the present.
  const toSlot = range === 'slot' ? slot : Math.max(present, slot)
  const hours = (many: number) => present - (many * 60) / slotMinutes
  const wished = { slot, 'hours-4': hours(4), day: hours(24), all: first }[range]
  const fromSlot = Math.max(0, first, wished, toSlot - SLOTS_MAX + 1)
  return `api/v1/runs/${run}/${table}.csv?fromSlot=${Math.min(fromSlot, toSlot)}&toSlot=${toSlot}`
}
