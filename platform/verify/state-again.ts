import { advanceSlots, type RecordedReading, type SlotState } from '#meter-agent/index.ts'
import type { Statement } from '#protocol/statement.ts'

/**
 * What readings without a gap state of a slot, the counters at its boundaries interpolated anew; undefined where they
 * do not reach over both boundaries.
 */
export function stateAgain(
  readings: readonly RecordedReading[],
  { account, neighbourhood, slot }: Pick<Statement, 'account' | 'neighbourhood' | 'slot'>,
  slotMinutes: number,
): Statement | undefined {
  let state: SlotState | null = null
  for (const [index, after] of readings.entries()) {
    const before = readings[index - 1] ?? null
    const next = advanceSlots(state, { before, after }, { account, neighbourhood, slotMinutes })
    const found = next.statements.find((statement) => statement.slot === slot)
    if (found !== undefined) return found
    state = next.state
  }
  return undefined
}
