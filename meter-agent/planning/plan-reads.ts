import type { RegisterTable } from '../profiles/modbus-profile.ts'

/** Registers that must come in one answer: `end` is the first that is no longer of them. */
export interface Span {
  readonly table: RegisterTable
  readonly first: number
  readonly end: number
}

/** Spans that should come in one answer, and may come in several where the device refuses that. */
export interface SpanGroup extends Span {
  readonly spans: readonly Span[]
}

/** One request, and what it is for. */
export interface PlannedBlock extends Span {
  readonly groups: readonly SpanGroup[]
}

/** The groups as one block from the first register to the last. */
function blockOf(groups: readonly [SpanGroup, ...SpanGroup[]]): PlannedBlock {
  return { ...hullOf(groups), groups }
}

/** The spans as one group. */
export const groupOf = (spans: readonly [Span, ...Span[]]): SpanGroup => ({ ...hullOf(spans), spans })

/**
 * Requests, from low addresses to high, that hold every group whole: what is at most `gap` words apart is read
 * together, up to `words` words. A group is never longer than that.
 */
export function planReads(options: {
  readonly groups: readonly SpanGroup[]
  readonly words: number
  readonly gap: number
}): readonly PlannedBlock[] {
  const { words, gap } = options
  const blocks: PlannedBlock[] = []
  const sorted = options.groups.toSorted((a, b) =>
    a.table === b.table ? a.first - b.first : a.table < b.table ? -1 : 1,
  )
  for (const group of sorted) {
    const last = blocks.at(-1)
    const joined = last === undefined ? undefined : blockOf([last.groups[0] ?? group, ...last.groups.slice(1), group])
    const joins =
      last?.table === group.table && joined !== undefined && group.first - last.end <= gap && lengthOf(joined) <= words
    if (joins) blocks[blocks.length - 1] = joined
    else blocks.push(blockOf([group]))
  }
  return blocks
}

/** A refused block as two smaller ones, or as none where it is down to what must come in one answer. */
export function bisected({ groups }: PlannedBlock): readonly PlannedBlock[] {
  const parts = groups.length > 1 ? groups : (groups[0]?.spans.map((span) => groupOf([span])) ?? [])
  if (parts.length < 2) return []
  const middle = Math.ceil(parts.length / 2)
  return [parts.slice(0, middle), parts.slice(middle)].flatMap(([first, ...others]) =>
    first === undefined ? [] : [blockOf([first, ...others])],
  )
}

export const lengthOf = ({ first, end }: Span): number => end - first

function hullOf(spans: readonly [Span, ...Span[]]): Span {
  return {
    table: spans[0].table,
    first: Math.min(...spans.map(({ first }) => first)),
    end: Math.max(...spans.map(({ end }) => end)),
  }
}
