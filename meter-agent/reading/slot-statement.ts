import { slotAt, slotStartMs } from '#protocol/slot.ts'
import type { Statement } from '#protocol/statement.ts'
import type { RecordedReading } from './recorded-reading.ts'

/** The slot that is running: the counters at its start, and what its readings were like so far. */
export interface SlotState {
  readonly slot: number
  readonly importWh: number
  readonly exportWh: number
  readonly firstSequence: number
  readonly quality: number
}

/** Longest outage that is stated slot by slot; what is older has long been settled by estimate. */
const MAX_SLOTS_AT_ONCE = 1_000

/**
 * A counter at a boundary between two readings: linear interpolation, floored. `before.timeMs` ≤ boundary ≤
 * `after.timeMs`. In whole numbers, so that it is the same on every machine.
 */
export function counterAtBoundary(
  before: { readonly timeMs: number; readonly wh: number },
  after: { readonly timeMs: number; readonly wh: number },
  boundaryMs: number,
): number {
  const spanMs = after.timeMs - before.timeMs
  if (spanMs === 0) return after.wh
  const grownWh = BigInt(after.wh - before.wh) * BigInt(boundaryMs - before.timeMs)
  return before.wh + Number(grownWh / BigInt(spanMs)) // counters never go back, so truncation floors
}

/**
 * Takes the next reading and states every slot that ended with it. A boundary's counter is computed once and is the
 * end of one slot and the start of the next, so statements telescope exactly. A slot whose start was not seen is not
 * stated.
 */
export function advanceSlots(
  state: SlotState | null,
  readings: { readonly before: RecordedReading | null; readonly after: RecordedReading },
  home: { readonly account: `0x${string}`; readonly neighbourhood: string; readonly slotMinutes: number },
): { readonly state: SlotState | null; readonly statements: readonly Statement[] } {
  const { before, after } = readings
  const { slotMinutes } = home
  if (before === null) return { state: null, statements: [] }
  const from = before.reading
  const to = after.reading
  const lastSlot = slotAt({ timeMs: to.timeMs, slotMinutes })
  const firstSlot = slotAt({ timeMs: from.timeMs, slotMinutes })
  const skipped = lastSlot - firstSlot > MAX_SLOTS_AT_ONCE
  let running = skipped || state === null ? null : { ...state, quality: state.quality | to.quality }
  const statements: Statement[] = []
  // A reading exactly on a boundary is the start of its own slot.
  const first =
    from.timeMs === slotStartMs({ slot: firstSlot, slotMinutes }) && running === null ? firstSlot : firstSlot + 1
  for (let slot = Math.max(first, lastSlot - MAX_SLOTS_AT_ONCE); slot <= lastSlot; slot++) {
    const boundaryMs = slotStartMs({ slot, slotMinutes })
    const at = (wh: 'importWh' | 'exportWh'): number =>
      counterAtBoundary({ timeMs: from.timeMs, wh: from[wh] }, { timeMs: to.timeMs, wh: to[wh] }, boundaryMs)
    const importWh = at('importWh')
    const exportWh = at('exportWh')
    if (running !== null) {
      statements.push({
        deviceId: to.deviceId,
        account: home.account,
        neighbourhood: home.neighbourhood,
        slot: running.slot,
        importWh: importWh - running.importWh,
        exportWh: exportWh - running.exportWh,
        firstSequence: running.firstSequence,
        lastSequence: to.sequence,
        chainHead: after.hash,
        quality: running.quality,
        estimated: false,
      })
    }
    running = { slot, importWh, exportWh, firstSequence: from.sequence, quality: from.quality | to.quality }
  }
  return { state: running, statements }
}
