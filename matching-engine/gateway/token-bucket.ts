/** How often something may happen: `burst` times at once, and `perSecond` times a second in the long run. */
export interface Pace {
  readonly burst: number
  readonly perSecond: number
}

/** Counts what happens against a pace. Times in ms of any steady clock. */
export class TokenBucket {
  readonly #pace: Pace
  #tokens: number
  #atMs: number

  constructor(pace: Pace, nowMs: number) {
    this.#pace = pace
    this.#tokens = pace.burst
    this.#atMs = nowMs
  }

  /** Whether it may happen once more now; if not, nothing was counted. */
  take(nowMs: number): boolean {
    this.#fill(nowMs)
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** In how many ms it may happen again; 0: now. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs)
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#pace.perSecond) * 1_000)
  }

  /** Whether all that may happen at once may: then it need not be remembered. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#tokens >= this.#pace.burst
  }

  #fill(nowMs: number): void {
    const { burst, perSecond } = this.#pace
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, nowMs - this.#atMs) / 1_000) * perSecond)
    this.#atMs = Math.max(this.#atMs, nowMs)
  }
}
