import { element } from './dom.ts'

/** Who listens to a page is told something at most so often. Wall ms. */
const EVERY_MS = 5_000

/** Says things to who cannot see the page: the last of what there was to say, politely and not too often. */
export class Announcer {
  readonly root = element('p', { class: 'unseen', 'aria-live': 'polite', 'data-testid': 'announcer' })
  readonly #nowMs: () => number
  #saidAtMs = Number.NEGATIVE_INFINITY
  #said = ''
  #waiting = ''

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  say(text: string): void {
    this.#waiting = text
    this.tick()
  }

  /** To be called about twice a second. */
  tick(): void {
    if (this.#waiting === this.#said || this.#nowMs() - this.#saidAtMs < EVERY_MS) return
    this.#saidAtMs = this.#nowMs()
    this.#said = this.#waiting
    this.root.textContent = this.#said
  }
}
