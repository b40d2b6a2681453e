/** How long what was sent may stay unseen by a client that says what it sees. */
export const UNSEEN_MS_MAX = 2_000
/** Who says within this that it has seen one frame is quick enough for all of them: a page says it once a second. */
export const PROMPT_MS = 1_500
/** After this long without a word a client that is behind is sent a frame all the same: it may wait for one. */
export const REMINDER_MS = 10_000
/** Packets a client may have waiting (two seconds of frames) before it counts as too slow for single frames. */
export const WAITING_PACKETS_MAX = 40

/** What becomes of a client at one moment: nothing, no frames of the others any more, or a frame since what it has. */
export type NextStep =
  | { readonly type: 'none' | 'leave' }
  | { readonly type: 'send'; readonly sequence: number; readonly becomes: 'live' | 'behind' }

/** What a client's connection and the frames of the others are like at one moment. Times in ms of one steady clock. */
export interface Moment {
  readonly nowMs: number
  readonly waitingPackets: number
  /** what those who are live have been sent up to, and what they had been sent `UNSEEN_MS_MAX` ago */
  readonly liveSequence: number
  readonly dueSequence: number
}

const none: NextStep = { type: 'none' }

/**
 * How far one page has come. It is live (every frame is for it) while it keeps up: by what it says that it has seen, or,
 * if it never says so, by what waits for its connection. Else it is behind: it has one frame at a time on its way.
 */
export class PageReader {
  #standing: 'silent' | 'catching-up' | 'live' | 'behind' = 'silent'
  /** what it has, where it catches up */
  #sequence = 0
  /** what it says that it has; null: it has never said */
  #seen: number | null = null
  #seenAtMs = 0
  #sentSequence = 0
  #sentAtMs = 0

  /** Whether it has more on its way than it takes. */
  get isBehind(): boolean {
    return this.#standing === 'behind'
  }

  get isLive(): boolean {
    return this.#standing === 'live'
  }

  /** It asks for everything after a sequence. */
  resume(sequence: number): void {
    this.move(sequence)
    this.#seen = null
  }

  /** It has everything up to a sequence, and is to be told the rest. */
  move(sequence: number): void {
    this.#standing = 'catching-up'
    this.#sequence = sequence
  }

  /** It says up to where it has taken what came. */
  see(sequence: number, nowMs: number): void {
    this.#seen = Math.max(this.#seen ?? 0, sequence)
    this.#seenAtMs = nowMs
  }

  /** Everything up to a sequence is on its way to it now. */
  sent(sequence: number, becomes: 'live' | 'behind', nowMs: number): void {
    this.#standing = becomes
    this.#sentSequence = sequence
    this.#sentAtMs = nowMs
  }

  /** What is to be done about it; `leave` makes it one that is behind. */
  next({ nowMs, waitingPackets, liveSequence, dueSequence }: Moment): NextStep {
    switch (this.#standing) {
      case 'silent':
        return none
      case 'catching-up':
        // One that asks again and again without reading would pile up snapshots here.
        return waitingPackets === 0 ? { type: 'send', sequence: this.#sequence, becomes: 'live' } : none
      case 'live': {
        const isUnseen = this.#seen !== null && this.#seen < dueSequence && nowMs - this.#sentAtMs >= UNSEEN_MS_MAX
        if (!isUnseen && waitingPackets <= WAITING_PACKETS_MAX) return none
        this.sent(liveSequence, 'behind', nowMs)
        return { type: 'leave' }
      }
      case 'behind':
        return this.#nextBehind(nowMs, waitingPackets)
    }
  }

  #nextBehind(nowMs: number, waitingPackets: number): NextStep {
    if (waitingPackets > 0) return none
    // What has left for one that never says what it sees, it has.
    if (this.#seen === null) return { type: 'send', sequence: this.#sentSequence, becomes: 'live' }
    if (this.#seen >= this.#sentSequence) {
      const isPrompt = this.#seenAtMs - this.#sentAtMs <= PROMPT_MS
      return { type: 'send', sequence: this.#sentSequence, becomes: isPrompt ? 'live' : 'behind' }
    }
    return nowMs - this.#sentAtMs >= REMINDER_MS ? { type: 'send', sequence: this.#seen, becomes: 'behind' } : none
  }
}
