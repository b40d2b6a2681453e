import type { PictureSlot } from '#protocol/picture/picture.ts'

/** Trades of a slot that nobody told one by one, or that are no longer kept: they show in its sums alone. */
export const untoldTrades = (slot: Pick<PictureSlot, 'trades'> | undefined, told: number): number =>
  Math.max(0, (slot?.trades ?? 0) - told)
