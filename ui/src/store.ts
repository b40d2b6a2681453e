import type { Frame, Status } from '#protocol/messages.ts'
import { type StreetSnapshot, streetFrom } from '#protocol/snapshot.ts'
import { applyEvent, emptyStreet, type Street } from '#protocol/street.ts'
import type { Trade } from '#protocol/trade.ts'
import { ReadingPace } from './reading-pace.ts'

/** Trades kept for the next picture: what a page could ever show flying at once. */
const NEW_TRADES_MAX = 400
/** A resume that nobody answered is asked again. */
const RESUME_PATIENCE_MS = 3_000

/** What the page asks of its connection. */
export interface Uplink {
  /** everything after this sequence, please; 0 asks for a snapshot */
  readonly resume: (sequence: number) => void
}

/** How the page stands with its gateway. Wall times in ms of the clock given to the store. */
export interface Link {
  readonly connected: boolean
  /** a resume is out and what it asked for is not here yet */
  readonly awaiting: boolean
  /** when anything last arrived; 0 before that */
  readonly heardAtMs: number
  /** why the log cannot be read further, or null */
  readonly unreadable: string | null
}

/** What is new since the listeners were last told. */
export interface Change {
  readonly trades: readonly Trade[]
}

/**
 * The page's memory: folds the gateway's snapshot and frames into a `Street`, asks for what is missing, and tells
 * its listeners at most once per picture. Knows neither socket nor screen.
 */
export class StreetStore {
  readonly #uplink: Uplink
  readonly #nowMs: () => number
  readonly #schedule: (run: () => void) => void
  readonly #listeners = new Set<(change: Change) => void>()
  readonly pace = new ReadingPace()
  #street = emptyStreet()
  #status: Status | null = null
  #statusAtMs = 0
  #connected = false
  #awaitingSinceMs: number | null = null
  #heardAtMs = 0
  #unreadable: string | null = null
  /** the sequence at which the fold failed last, so that the same failure is not fetched again for ever */
  #failedAt = -1
  #shorterLog = 0
  #newTrades: Trade[] = []
  #scheduled = false

  /** `schedule` runs its argument once, soon: the browser's next animation frame. */
  constructor(options: {
    readonly uplink: Uplink
    readonly nowMs: () => number
    readonly schedule: (run: () => void) => void
  }) {
    this.#uplink = options.uplink
    this.#nowMs = options.nowMs
    this.#schedule = options.schedule
  }

  /** The street at the last sequence that arrived. Read it, never change it. */
  get street(): Street {
    return this.#street
  }

  get status(): Status | null {
    return this.#status
  }

  get link(): Link {
    return {
      connected: this.#connected,
      awaiting: this.#awaitingSinceMs !== null,
      heardAtMs: this.#heardAtMs,
      unreadable: this.#unreadable,
    }
  }

  /** The neighbourhood's clock, Unix ms: the last status carried on at its speed, for two seconds of silence at most. */
  get clockMs(): number {
    if (this.#status === null) return this.#street.timeMs
    const silentMs = this.#connected ? Math.min(2_000, this.#nowMs() - this.#statusAtMs) : 0
    return Math.max(this.#street.timeMs, Math.floor(this.#status.timeMs + silentMs * this.#status.speed))
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The connection stands, for the first time or again: carry on after what we have. */
  connected(): void {
    this.#connected = true
    this.#heard()
    this.#resume(this.#street.sequence)
  }

  /** The connection is gone; the last picture stays. */
  disconnected(): void {
    this.#connected = false
    this.#awaitingSinceMs = null
    this.#tell()
  }

  /** A whole street: takes the place of the one we have. */
  snapshot(snapshot: StreetSnapshot): void {
    this.#heard()
    this.#street = streetFrom(snapshot)
    this.pace.forget()
    this.#newTrades = []
    this.#awaitingSinceMs = null
    this.#tell()
  }

  /** What happened next. Frames we have seen are passed over; after a gap nothing is folded until it is filled. */
  frame(frame: Frame): void {
    this.#heard()
    if (this.#unreadable !== null || frame.toSequence <= this.#street.sequence) return
    if (frame.fromSequence > this.#street.sequence) {
      if (this.#awaitingSinceMs === null) this.#resume(this.#street.sequence)
      return
    }
    this.#awaitingSinceMs = null
    try {
      for (const logged of frame.events) {
        if (logged.sequence <= this.#street.sequence) continue
        if (logged.event.type === 'ReadingAccepted') this.pace.take(this.#street, logged.event)
        applyEvent(this.#street, logged)
        if (logged.event.type === 'TradeMatched') this.#newTrades.push(logged.event.trade)
      }
    } catch (cause) {
      this.#foldFailed(cause)
    }
    if (this.#newTrades.length > NEW_TRADES_MAX) this.#newTrades = this.#newTrades.slice(-NEW_TRADES_MAX)
    this.#tell()
  }

  /** The heartbeat, once a second. A log shorter than ours, said twice, is another log: start over. */
  heartbeat(status: Status): void {
    this.#heard()
    this.#status = status
    this.#statusAtMs = this.#heardAtMs
    if (status.sequence === this.#street.sequence) this.#awaitingSinceMs = null
    this.#shorterLog = status.sequence < this.#street.sequence ? this.#shorterLog + 1 : 0
    if (this.#shorterLog >= 2) {
      this.#shorterLog = 0
      this.#unreadable = null
      this.#resume(0)
    }
    this.#tell()
  }

  /** To be called about once a second: asks again for what was asked and never came. */
  tick(): void {
    if (!this.#connected || this.#awaitingSinceMs === null) return
    if (this.#nowMs() - this.#awaitingSinceMs > RESUME_PATIENCE_MS) this.#resume(this.#street.sequence)
  }

  #foldFailed(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const again = this.#failedAt === this.#street.sequence
    this.#failedAt = this.#street.sequence
    // A fold that threw may have left the street half changed: only a snapshot is sure to be whole.
    if (again) this.#unreadable = reason
    else this.#resume(0)
  }

  #resume(sequence: number): void {
    this.#awaitingSinceMs = this.#nowMs()
    this.#uplink.resume(sequence)
    this.#tell()
  }

  #heard(): void {
    this.#heardAtMs = this.#nowMs()
  }

  #tell(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(() => {
      this.#scheduled = false
      const change: Change = { trades: this.#newTrades }
      this.#newTrades = []
      for (const listener of this.#listeners) listener(change)
    })
  }
}
