import { type Pace, TokenBucket } from './token-bucket.ts'

/** Far above what the agents of a house ask for, far below what keeps this process from its work. */
const REQUESTS: Pace = { burst: 400, perSecond: 100 }
/** So many are remembered before those that have rested are forgotten. */
const REMEMBERED_MAX = 10_000

/** How often each address asks, and a bound to it. Who sits at this machine (null) is not counted. */
export class RequestLimits {
  readonly #pace: Pace
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(pace: Pace = REQUESTS) {
    this.#pace = pace
  }

  /** How long the asker has to wait before it is heard, ms; 0: it is heard now, and that is counted. */
  waitMs(asker: string | null, nowMs: number): number {
    if (asker === null) return 0
    const bucket = this.#buckets.get(asker) ?? this.#remember(asker, nowMs)
    return bucket.take(nowMs) ? 0 : bucket.waitMs(nowMs)
  }

  #remember(asker: string, nowMs: number): TokenBucket {
    if (this.#buckets.size >= REMEMBERED_MAX) this.#forget(nowMs)
    const bucket = new TokenBucket(this.#pace, nowMs)
    this.#buckets.set(asker, bucket)
    return bucket
  }

  /** Those who have rested, and if nobody has, the one known longest. */
  #forget(nowMs: number): void {
    for (const [asker, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(asker)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size >= REMEMBERED_MAX && oldest !== undefined) this.#buckets.delete(oldest)
  }
}
