/** A delivery slot is numbered from the Unix epoch: slot n covers [n × length, (n + 1) × length). */

const MINUTE_MS = 60_000

/** The slot that contains a time (Unix ms, UTC). */
export function slotAt(time: { readonly timeMs: number; readonly slotMinutes: number }): number {
  return Math.floor(time.timeMs / (time.slotMinutes * MINUTE_MS))
}

/** When a slot's delivery begins, Unix ms. Its end is the start of the next. */
export function slotStartMs(slot: { readonly slot: number; readonly slotMinutes: number }): number {
  return slot.slot * slot.slotMinutes * MINUTE_MS
}
