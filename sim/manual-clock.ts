import type { Clock } from '#protocol/clock.ts'

/** A clock that moves only when told to: for tests and for runs without wall time. It refuses to go back. */
export class ManualClock implements Clock {
  readonly speed: number
  #nowMs: number

  /** @param startMs Unix ms, whole. @param speed what it says of itself, simulated seconds a wall second. */
  constructor(startMs: number, speed = 1) {
    this.#nowMs = whole(startMs)
    this.speed = speed
  }

  readonly nowMs = (): number => this.#nowMs

  /** Moves to a time (Unix ms). Throws RangeError if that is before now or not whole. */
  set(timeMs: number): void {
    if (whole(timeMs) < this.#nowMs)
      throw new RangeError(`the clock is at ${this.#nowMs} and cannot go back to ${timeMs}`)
    this.#nowMs = timeMs
  }

  /** Moves on by whole ms, 0 or more. Throws RangeError otherwise. */
  advance(durationMs: number): void {
    this.set(this.#nowMs + durationMs)
  }
}

function whole(timeMs: number): number {
  if (!Number.isSafeInteger(timeMs)) throw new RangeError(`time is whole Unix ms, not ${timeMs}`)
  return timeMs
}
