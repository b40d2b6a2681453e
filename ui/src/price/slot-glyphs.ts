import type { SlotPhase } from '#protocol/market-event.ts'

/** A phase as a mark of 10 × 10 around the origin: an outline, and what of it is filled. Shape tells, not colour. */
export interface SlotGlyph {
  readonly outline: string
  readonly fill: string
}

const square = 'M-4-4H4V4H-4Z'
const lozenge = 'M0-5L5 0L0 5L-5 0Z'

/** From an empty box that fills up as the slot goes its way, to a full one. */
export const slotGlyphs: Readonly<Record<SlotPhase, SlotGlyph>> = {
  scheduled: { outline: '', fill: 'M-1-1H1V1H-1Z' },
  call: { outline: lozenge, fill: '' },
  continuous: { outline: square, fill: '' },
  halted: { outline: square, fill: 'M-2-3H-1V3H-2ZM1-3H2V3H1Z' },
  closed: { outline: square, fill: 'M-4-.8H4V.8H-4Z' },
  delivering: { outline: '', fill: 'M-4-5L5 0L-4 5Z' },
  metering: { outline: square, fill: 'M-4 2H4V4H-4Z' },
  settling: { outline: square, fill: 'M-4 0H4V4H-4Z' },
  disputed: { outline: square, fill: 'M-1-4H1V1H-1ZM-1 2H1V4H-1Z' },
  settled: { outline: square, fill: square },
}
