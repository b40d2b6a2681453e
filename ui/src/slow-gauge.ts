import type { Motion } from './page-time.ts'

/** Times are looked at over so long. Wall ms. */
const WINDOW_MS = 4_000
/** Busier than this a browser stutters, and less is drawn where it is so … */
const BUSY_SHARE = 0.7
/** … that often one after the other: a moment's work is none … */
const BUSY_WINDOWS = 2
/** … until it has this much rest again, for a while. */
const CALM_SHARE = 0.2
const CALM_MS = 12_000

/**
 * Whether a browser keeps up: by the share of time that goes into drawing and into long tasks of the page. Turns quickly
 * to less, and slowly back, so that the page does not flicker between the two.
 */
export class SlowGauge {
  #windowFrom: number
  #busyMs = 0
  #calmSince: number | null = null
  #busyWindows = 0
  #motion: Motion = 'full'

  constructor(nowMs: number) {
    this.#windowFrom = nowMs
  }

  get motion(): Motion {
    return this.#motion
  }

  /** Notes that the page was busy for so long, up to now. */
  note(busyMs: number): void {
    this.#busyMs += busyMs
  }

  /** Looks at the time since the last look, if that was long enough ago; to be called about twice a second. */
  look(nowMs: number): void {
    const lengthMs = nowMs - this.#windowFrom
    if (lengthMs < WINDOW_MS) return
    // A window much longer than it should be is one in which the browser itself slept.
    const share = lengthMs > 3 * WINDOW_MS ? 0 : this.#busyMs / lengthMs
    this.#windowFrom = nowMs
    this.#busyMs = 0
    this.#busyWindows = share > BUSY_SHARE ? this.#busyWindows + 1 : 0
    if (this.#busyWindows > 0) {
      if (this.#busyWindows >= BUSY_WINDOWS) this.#motion = 'less'
      this.#calmSince = null
    } else if (share >= CALM_SHARE) {
      this.#calmSince = null
    } else {
      this.#calmSince ??= nowMs
      if (nowMs - this.#calmSince >= CALM_MS) this.#motion = 'full'
    }
  }
}
