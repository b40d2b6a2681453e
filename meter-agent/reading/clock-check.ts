import type { Reading } from '#protocol/reading.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'

/** Two time stamps may each be off by a second, and those of some meters are whole seconds. */
const JUMP_MS = 5_000
/** Clocks are slewed by half a thousandth at most, and quartz is better than that. */
const SLEW = 0.001

/**
 * Quality bits of the clock: between two readings of one start, wall time moved otherwise than the monotonic time, by
 * more than 5 s. A simulated clock has its own pace, and is not judged.
 */
export function clockQuality(
  previous: Pick<Reading, 'bootId' | 'timeMs' | 'monotonicMs'> | undefined,
  now: Pick<Reading, 'bootId' | 'timeMs' | 'monotonicMs' | 'clock'>,
): number {
  if (previous === undefined || previous.bootId !== now.bootId || now.clock === 'simulated') return 0
  const ranMs = now.monotonicMs - previous.monotonicMs
  const offMs = Math.abs(now.timeMs - previous.timeMs - ranMs)
  return offMs > JUMP_MS + Math.abs(ranMs) * SLEW ? ReadingQuality.clockJumped : 0
}
