import type { Clock } from '#protocol/clock.ts'

/**
 * A clock that runs `speed` simulated seconds a wall second from `startMs` (Unix ms). `wallNowMs` is the source of
 * wall time in ms, of any origin, e.g. `() => performance.now()`; where it steps back, the clock stands still.
 * Throws RangeError on a speed that is not above 0 or a start that is not whole.
 */
export function simClock(options: {
  readonly startMs: number
  readonly speed: number
  readonly wallNowMs: () => number
}): Clock {
  const { startMs, speed, wallNowMs } = options
  if (!Number.isSafeInteger(startMs)) throw new RangeError(`startMs is whole Unix ms, not ${startMs}`)
  if (!(Number.isFinite(speed) && speed > 0)) throw new RangeError(`speed is above 0 simulated s/s, not ${speed}`)
  const wallStartMs = wallNowMs()
  let lastMs = startMs
  return {
    speed,
    nowMs: () => {
      lastMs = Math.max(lastMs, startMs + Math.floor((wallNowMs() - wallStartMs) * speed))
      return lastMs
    },
  }
}
