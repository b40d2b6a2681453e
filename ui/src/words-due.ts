/** Words and numbers change at most so often: faster, nobody can read them. Wall ms. */
const WORDS_EVERY_MS = 250
/** … but where the viewer goes through time themselves, what they asked for is there at once. Wall ms. */
const ASKED_EVERY_MS = 50

/** When words and numbers are to be drawn anew. */
export class WordsDue {
  readonly #nowMs: () => number
  readonly #later: () => void
  #drawnAtMs = 0
  #asked: ReturnType<typeof setTimeout> | undefined

  /** `later` is called when what was asked for and had to wait is due: draws them, in a hurry. */
  constructor(nowMs: () => number, later: () => void) {
    this.#nowMs = nowMs
    this.#later = later
  }

  /** They are due whatever was drawn before. */
  hurry(): void {
    this.#drawnAtMs = 0
  }

  /** Whether they are to be drawn now, for what happens by itself or what a viewer asked for; whoever is told so draws them. */
  isNow(by: 'itself' | 'viewer'): boolean {
    const nowMs = this.#nowMs()
    const waitMs = this.#drawnAtMs - nowMs + (by === 'viewer' ? ASKED_EVERY_MS : WORDS_EVERY_MS)
    if (waitMs <= 0) {
      this.#drawnAtMs = nowMs
      return true
    }
    if (by === 'viewer' && this.#asked === undefined) {
      this.#asked = setTimeout(() => {
        this.#asked = undefined
        this.#later()
      }, waitMs)
    }
    return false
  }
}
