import type { SlotPhase } from '#protocol/market-event.ts'
import type { Picture } from '#protocol/picture/picture.ts'

/** How far back flows are shown. */
export const flowWindows = ['slot', 'hours', 'day', 'all'] as const
export type FlowWindow = (typeof flowWindows)[number]

const MINUTES: Readonly<Record<FlowWindow, number>> = {
  slot: 0,
  hours: 4 * 60,
  day: 24 * 60,
  all: Number.POSITIVE_INFINITY,
}
const stated: ReadonlySet<SlotPhase> = new Set(['settling', 'disputed', 'settled'])

/** The slots of a window: up to the last that all meters have stated. Null before there is one. */
export function slotsOfWindow(
  picture: Pick<Picture, 'slots'>,
  window: { readonly name: FlowWindow; readonly slotMinutes: number },
): { readonly fromSlot: number; readonly toSlot: number } | null {
  const known = [...picture.slots.values()].filter(({ phase }) => stated.has(phase)).map(({ slot }) => slot)
  if (known.length === 0) return null
  const toSlot = Math.max(...known)
  const slots = Math.max(1, Math.round(MINUTES[window.name] / window.slotMinutes))
  return { fromSlot: Math.max(Math.min(...known), toSlot - slots + 1), toSlot }
}
