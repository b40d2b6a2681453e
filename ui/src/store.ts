import type { ClientToServer, Depth, Status } from '#protocol/messages.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { emptyPicture, type Picture, type PictureTrade } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import { applyDepth, type Book, emptyBook } from './book.ts'

/** Trades kept for the next picture: what a page could ever show flying at once. */
const NEW_TRADES_MAX = 400
/** A resume that nobody answered is asked again. */
const RESUME_PATIENCE_MS = 3_000
/** The gateway hears so often how far we are: one that hears nothing sends less. */
const SEEN_EVERY_MS = 1_000

/** How the page stands with its gateway. Wall times in ms of the clock given to the store. */
export interface Link {
  readonly connected: boolean
  /** whether it stood before: who never had a connection has lost none */
  readonly wasConnected: boolean
  /** a resume is out and what it asked for is not here yet */
  readonly awaiting: boolean
  /** when anything last arrived; 0 before that */
  readonly heardAtMs: number
  /** why the log cannot be read further, or null */
  readonly unreadable: string | null
}

/** What is new since the listeners were last told. */
export interface Change {
  /** oldest first */
  readonly trades: readonly PictureTrade[]
  /** trades that happened as well and are told in sums only */
  readonly untoldTrades: number
}

/**
 * The page's memory of what lives: takes the gateway's frames into one `Picture`, asks for what is missing, and tells
 * its listeners at most once per picture. Knows neither socket nor screen.
 */
export class StreetStore {
  readonly #uplink: ClientToServer
  readonly #nowMs: () => number
  readonly #schedule: (run: () => void) => void
  readonly #listeners = new Set<(change: Change) => void>()
  /** The street at the last sequence that arrived. Read it, never change it. */
  readonly picture: Picture = emptyPicture()
  #book: Book | null = null
  #status: Status | null = null
  #statusAtMs = 0
  #connected = false
  #wasConnected = false
  #awaitingSinceMs: number | null = null
  #heardAtMs = 0
  #unreadable: string | null = null
  /** the sequence at which a frame could not be taken last, so that the same failure is not fetched again for ever */
  #failedAt = -1
  #shorterLog = 0
  #seen = { sequence: 0, atMs: 0 }
  #trades: PictureTrade[] = []
  #untoldTrades = 0
  #scheduled = false

  /** `schedule` runs its argument once, soon: the browser's next animation frame. */
  constructor(options: {
    readonly uplink: ClientToServer
    readonly nowMs: () => number
    readonly schedule: (run: () => void) => void
  }) {
    this.#uplink = options.uplink
    this.#nowMs = options.nowMs
    this.#schedule = options.schedule
  }

  /** The book of the slot that is followed, as far as it has come. */
  get book(): Book | null {
    return this.#book
  }

  get status(): Status | null {
    return this.#status
  }

  get link(): Link {
    return {
      connected: this.#connected,
      wasConnected: this.#wasConnected,
      awaiting: this.#awaitingSinceMs !== null,
      heardAtMs: this.#heardAtMs,
      unreadable: this.#unreadable,
    }
  }

  /** The neighbourhood's clock, Unix ms: the last status carried on at its speed, for two seconds of silence at most. */
  get clockMs(): number {
    if (this.#status === null) return this.picture.timeMs
    const silentMs = this.#connected ? Math.min(2_000, this.#nowMs() - this.#statusAtMs) : 0
    return Math.max(this.picture.timeMs, Math.floor(this.#status.timeMs + silentMs * this.#status.speed))
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Follows the book of this slot from now on, and of no other; null: of none. */
  followBook(slot: number | null): void {
    if (slot === (this.#book?.slot ?? null)) return
    if (this.#book !== null) this.#uplink.unsubscribe({ slot: this.#book.slot })
    this.#book = slot === null ? null : emptyBook(slot)
    if (slot !== null) this.#uplink.subscribe({ slot })
  }

  /** The connection stands, for the first time or again: carry on after what we have. */
  connected(): void {
    this.#connected = true
    this.#wasConnected = true
    this.#heard()
    this.#resume(this.picture.sequence)
    if (this.#book === null) return
    // Who connects again is new to the gateway: its book begins with all of it.
    this.#book = emptyBook(this.#book.slot)
    this.#uplink.subscribe({ slot: this.#book.slot })
  }

  /** The connection is gone; the last picture stays. */
  disconnected(): void {
    this.#connected = false
    this.#awaitingSinceMs = null
    this.#tell()
  }

  /** A whole street: takes the place of the one we have. */
  snapshot(frame: PictureFrame): void {
    this.#heard()
    this.#trades = []
    this.#untoldTrades = 0
    this.#unreadable = null
    this.#take(frame)
    this.#say()
  }

  /** What has changed since. Frames we have seen are passed over; after a gap nothing is taken until it is filled. */
  frame(frame: PictureFrame): void {
    this.#heard()
    // One that ends where we are answers what was asked: there is nothing that we lack.
    if (frame.toSequence === this.picture.sequence) this.#awaitingSinceMs = null
    if (this.#unreadable !== null || frame.toSequence <= this.picture.sequence) return
    if (frame.fromSequence > this.picture.sequence) {
      if (this.#awaitingSinceMs === null) this.#resume(this.picture.sequence)
      return
    }
    this.#take(frame)
    if (this.#nowMs() - this.#seen.atMs >= SEEN_EVERY_MS) this.#say()
  }

  /** What has changed in the book that is followed. */
  depth(depth: Depth): void {
    this.#heard()
    if (this.#book === null) return
    applyDepth(this.#book, depth)
    this.#tell()
  }

  /** The heartbeat, once a second. A log that is shorter than ours, said twice, has lost its end: start over. */
  heartbeat(status: Status): void {
    this.#heard()
    this.#status = status
    this.#statusAtMs = this.#heardAtMs
    if (status.sequence === this.picture.sequence) this.#awaitingSinceMs = null
    this.#shorterLog = status.sequence < this.picture.sequence ? this.#shorterLog + 1 : 0
    if (this.#shorterLog >= 2) {
      this.#shorterLog = 0
      this.#resume(0)
    }
    this.#tell()
  }

  /** To be called about twice a second: says what was seen, and asks again for what was asked and never came. */
  tick(): void {
    if (!this.#connected) return
    if (this.#seen.sequence < this.picture.sequence) this.#say()
    if (this.#awaitingSinceMs === null) return
    if (this.#nowMs() - this.#awaitingSinceMs > RESUME_PATIENCE_MS) this.#resume(this.picture.sequence)
  }

  #take(frame: PictureFrame): void {
    const { sequence } = this.picture
    this.#awaitingSinceMs = null
    try {
      const { trades, untoldTrades } = applyFrame(this.picture, frame)
      this.#trades.push(...trades)
      this.#untoldTrades += untoldTrades
      if (this.#trades.length > NEW_TRADES_MAX) {
        this.#untoldTrades += this.#trades.length - NEW_TRADES_MAX
        this.#trades = this.#trades.slice(-NEW_TRADES_MAX)
      }
    } catch (cause) {
      const again = this.#failedAt === sequence
      this.#failedAt = sequence
      // A frame that could not be taken may have left the picture half changed: only a whole one is sure to be right.
      if (again) this.#unreadable = cause instanceof Error ? cause.message : String(cause)
      else this.#resume(0)
    }
    this.#tell()
  }

  #resume(sequence: number): void {
    this.#awaitingSinceMs = this.#nowMs()
    this.#uplink.resume(sequence, this.picture.log)
    this.#tell()
  }

  #say(): void {
    this.#seen = { sequence: this.picture.sequence, atMs: this.#nowMs() }
    this.#uplink.seen(this.#seen.sequence)
  }

  #heard(): void {
    this.#heardAtMs = this.#nowMs()
  }

  #tell(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(() => {
      this.#scheduled = false
      const change: Change = { trades: this.#trades, untoldTrades: this.#untoldTrades }
      this.#trades = []
      this.#untoldTrades = 0
      for (const listener of this.#listeners) listener(change)
    })
  }
}
