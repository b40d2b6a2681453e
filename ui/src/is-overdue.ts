import type { PictureHome } from '#protocol/picture/picture.ts'

/** Real time that a reading may spend on its way before it counts as missed, however fast the clock runs. */
const TRAVEL_MS = 3_000

/** Whether a home has missed two readings of its meter's own pace. False while the pace is not known. */
export function isOverdue(
  home: Pick<PictureHome, 'everyMs' | 'readingTimeMs'>,
  clock: { readonly nowMs: number; readonly speed: number },
): boolean {
  if (home.everyMs <= 0) return false
  return clock.nowMs - home.readingTimeMs > 2 * home.everyMs + TRAVEL_MS * clock.speed
}
