import { type Effect, Latch } from 'effect'

/** Wakes everybody who waits for a log to grow, each time it does. */
export class Growth {
  #next = Latch.makeUnsafe(false)

  /** Ends at the first growth after this call. */
  next(): Effect.Effect<void> {
    return this.#next.await
  }

  /** The log has grown (or closed): wakes all who wait. */
  announce(): void {
    const reached = this.#next
    this.#next = Latch.makeUnsafe(false)
    reached.openUnsafe()
  }
}
