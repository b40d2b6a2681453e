import type { TimeSpan } from './time-span.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

/**
 * When the viewer's clock shows a round time, Unix ms: each so many minutes of its day, or each so many days at midnight,
 * from the midnight before `span` on; from its first moment, without its last. `stepMinutes` divides a day, or is made of
 * days. Where the clock is set back, an hour that comes twice has its ticks twice if they are not wider apart; where it is
 * set forward, what it leaves out has none.
 */
export function roundTimes({ firstMs, lastMs }: TimeSpan, stepMinutes: number): readonly number[] {
  const times: number[] = []
  const from = new Date(firstMs)
  from.setHours(0, 0, 0, 0)
  if (stepMinutes >= DAY_MINUTES) {
    for (; from.getTime() < lastMs; from.setDate(from.getDate() + stepMinutes / DAY_MINUTES)) times.push(from.getTime())
  } else {
    // Clocks are set by hours, on an island by half of one.
    const stride = Math.min(stepMinutes, 30) * MINUTE_MS
    let before = -1
    for (let timeMs = from.getTime(); timeMs < lastMs; timeMs += stride) {
      const clock = new Date(timeMs)
      const minute = clock.getHours() * 60 + clock.getMinutes()
      if (minute % stepMinutes !== 0 || (stepMinutes > 60 && minute === before)) continue
      before = minute
      times.push(timeMs)
    }
  }
  return times.filter((timeMs) => timeMs >= firstMs)
}
