import type { CounterFacts } from '../witness.ts'

/** What registers of 16 and 32 bits hold when they hold nothing: all ones, and the ends of the signed numbers. */
const SENTINELS = [0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

/** Whether a counter shows what a register holds that holds nothing (65535, 32768 …). */
export function isSentinel(rawWh: number, { unitWh }: CounterFacts): boolean {
  return SENTINELS.some((count) => Math.floor(count * (unitWh ?? 1)) === rawWh)
}

/**
 * Whether a counter rose only because its scale factor did: its digits are those that the scale factor before would
 * have had, so the device has not moved them along yet. (A fall by a power of ten is held as any other.)
 */
export function isScaleJump(counter: {
  readonly rawWh: number
  readonly lastRawWh: number
  readonly boundWh: number
  readonly lastScale: number | null
  readonly scale: number | null
}): boolean {
  const { rawWh, lastRawWh, boundWh, lastScale, scale } = counter
  if (lastScale === null || scale === null || scale <= lastScale || rawWh <= lastRawWh) return false
  const asBeforeWh = rawWh / 10 ** (scale - lastScale)
  return asBeforeWh > lastRawWh - 1 && asBeforeWh <= lastRawWh + boundWh
}
