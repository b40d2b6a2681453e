import type { LoggedEvent } from '#protocol/market-event.ts'
import type { Frame } from '#protocol/messages.ts'
import { type StreetSnapshot, snapshotOf } from '#protocol/snapshot.ts'
import type { Street } from '#protocol/street.ts'

/** How many of the latest events are kept for those who resume; further back they get a snapshot. */
export const RESUME_EVENTS = 5_000

/** What a client must be told to be where the street is: nothing, what happened, or everything. */
export type Update =
  | { readonly type: 'none' }
  | { readonly type: 'frame'; readonly frame: Frame }
  | { readonly type: 'snapshot'; readonly snapshot: StreetSnapshot }

/** The latest events of a street, and from them what each client lacks. Frames and snapshots are made once for all. */
export class FrameFeed {
  readonly #street: Street
  #events: LoggedEvent[] = []
  #frame: Frame | null = null
  #snapshot: StreetSnapshot | null = null

  constructor(street: Street) {
    this.#street = street
  }

  /** The sequence that all who are up to date have reached. */
  get lastSequence(): number {
    return this.#events.at(-1)?.sequence ?? 0
  }

  /** Takes the log's events in order, as they come. */
  push(events: readonly LoggedEvent[]): void {
    this.#events.push(...events)
    // Trimmed in large steps: moving the whole array for each event would cost more than the event.
    if (this.#events.length > 2 * RESUME_EVENTS) this.#events = this.#events.slice(-RESUME_EVENTS)
  }

  /** What a client needs that has seen everything up to `sequence`; null has seen nothing it could build on. */
  updateSince(sequence: number | null): Update {
    if (sequence === null || !this.#covers(sequence)) {
      if (this.#snapshot?.sequence !== this.#street.sequence) this.#snapshot = snapshotOf(this.#street)
      return { type: 'snapshot', snapshot: this.#snapshot }
    }
    if (sequence >= this.lastSequence) return { type: 'none' }
    return { type: 'frame', frame: this.#frameSince(sequence) }
  }

  #covers(sequence: number): boolean {
    const { sequence: last } = this.#street
    const first = this.#events[0]?.sequence ?? last + 1
    return sequence >= first - 1 && sequence >= last - RESUME_EVENTS && sequence <= last
  }

  #frameSince(sequence: number): Frame {
    const { lastSequence } = this
    if (this.#frame?.fromSequence !== sequence || this.#frame.toSequence !== lastSequence) {
      const first = this.#events[0]?.sequence ?? 0
      const events = this.#events.slice(sequence + 1 - first)
      this.#frame = { fromSequence: sequence, toSequence: lastSequence, events }
    }
    return this.#frame
  }
}
