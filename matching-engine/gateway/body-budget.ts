/** What all request bodies together may hold, bytes: far above what 200 homes send at once, far below a heap. */
const ALL_BODIES_BYTES = 64 * 1_048_576

/** How much memory the bodies of requests under way take together, and a bound to it. */
export class BodyBudget {
  readonly #bytesMax: number
  #heldBytes = 0

  constructor(bytesMax = ALL_BODIES_BYTES) {
    this.#bytesMax = bytesMax
  }

  /** The share of one request, nothing yet. */
  share(): BodyShare {
    let mine = 0
    return {
      take: (bytes) => {
        if (this.#heldBytes + bytes > this.#bytesMax) return false
        this.#heldBytes += bytes
        mine += bytes
        return true
      },
      giveBack: () => {
        this.#heldBytes -= mine
        mine = 0
      },
    }
  }
}

/** What one request's body takes of the budget, from its first byte until the request is answered. */
export interface BodyShare {
  /** Takes so many bytes more; false if there are none left, and then nothing was taken. */
  readonly take: (bytes: number) => boolean
  readonly giveBack: () => void
}
