import type { SlotPhase } from '#protocol/market-event.ts'
import type { PictureSlot } from '#protocol/picture/picture.ts'

/** The slots on the page: `first` … `first + length − 1`. */
export interface SlotWindow {
  readonly first: number
  readonly length: number
}

/**
 * A window that holds the present slot, with about two thirds of it past. It turns by a quarter at a time, so that
 * slots stand still under the pointer. `length` is a multiple of 4.
 */
export function slotWindow(present: number, length: number): SlotWindow {
  const page = length / 4
  return { first: Math.floor(present / page) * page - 2 * page, length }
}

/** The window of the present, or where it does not hold the slot that somebody has chosen, one that does. */
export function windowOn(shown: {
  readonly present: number
  readonly chosen: number | null
  readonly length: number
}): SlotWindow {
  const { present, chosen, length } = shown
  const now = slotWindow(present, length)
  return chosen === null || isWithin(chosen, now) ? now : slotWindow(chosen, length)
}

const isWithin = (slot: number, { first, length }: SlotWindow): boolean => slot >= first && slot < first + length

const trading: readonly SlotPhase[] = ['continuous', 'call', 'halted']

/**
 * The slot to show to someone who has chosen none: the first that still trades and has something in its book or
 * on its tape; else the first that trades; else the last there is. Null before there are slots.
 */
export function slotToFollow(slots: ReadonlyMap<number, PictureSlot>): number | null {
  let first: number | null = null
  let active: number | null = null
  let last: number | null = null
  for (const slot of slots.values()) {
    if (last === null || slot.slot > last) last = slot.slot
    if (!trading.includes(slot.phase)) continue
    if (first === null || slot.slot < first) first = slot.slot
    if (slot.trades === 0 && slot.openOrders === 0) continue
    if (active === null || slot.slot < active) active = slot.slot
  }
  return active ?? first ?? last
}
