/** While time goes on, the same is asked for at most so often. Wall ms. */
const EVERY_MS = 2_000
/** Where nothing answers, each wait is twice as long as the one before, up to a minute or so. */
const DOUBLINGS_MAX = 5

/** Something that a panel shows and the gateway knows. */
export interface Question {
  /** what it is about: with another subject the old answer is no answer */
  readonly subject: string
  readonly address: string
  /** whether the same address may answer otherwise a moment later */
  readonly time: 'moving' | 'standing'
}

export type Answer<A> =
  | { readonly is: 'asked' }
  | { readonly is: 'there'; readonly value: A }
  | { readonly is: 'not-there' }

/**
 * Asks the gateway what a panel shows, again as time goes on, and keeps the last answer until there is a newer one.
 * What stands still is asked for once.
 */
export class Asked<A> {
  readonly #read: (address: string, signal: AbortSignal) => Promise<A>
  readonly #nowMs: () => number
  readonly #changed: () => void
  #question: Question | null = null
  #answer: Answer<A> = { is: 'asked' }
  /** whether the last request was answered: an older answer is kept where a newer one does not come */
  #isNewest = false
  #failures = 0
  #askedAtMs = Number.NEGATIVE_INFINITY
  #asking: AbortController | null = null

  /** `read` throws where there is no answer; `changed` is called with each one. */
  constructor(options: {
    readonly read: (address: string, signal: AbortSignal) => Promise<A>
    readonly nowMs: () => number
    readonly changed: () => void
  }) {
    this.#read = options.read
    this.#nowMs = options.nowMs
    this.#changed = options.changed
  }

  /** To be called with each picture: says what is known by now, and asks where it is time to. */
  about(question: Question): Answer<A> {
    const before = this.#question
    if (before !== null && before.subject !== question.subject) this.forget()
    const stands = question.time === 'standing' && before?.address === question.address && this.#isNewest
    const isDue = this.#nowMs() - this.#askedAtMs >= EVERY_MS * 2 ** Math.min(this.#failures, DOUBLINGS_MAX)
    if (this.#question === null || (!stands && isDue && this.#asking === null)) void this.#ask(question)
    return this.#answer
  }

  /** The panel is closed: nothing is asked any more. */
  forget(): void {
    this.#asking?.abort()
    this.#asking = null
    this.#question = null
    this.#failures = 0
    this.#answer = { is: 'asked' }
  }

  async #ask(question: Question): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    this.#question = question
    this.#askedAtMs = this.#nowMs()
    const value = await this.#read(question.address, asking.signal).catch(() => null)
    if (this.#asking !== asking) return
    this.#asking = null
    this.#isNewest = value !== null
    this.#failures = value === null ? this.#failures + 1 : 0
    if (value !== null) this.#answer = { is: 'there', value }
    else if (this.#answer.is === 'asked') this.#answer = { is: 'not-there' }
    this.#changed()
  }
}

/** Reads JSON over HTTP. Throws where the gateway refuses, or does not answer. */
export async function readJson<A>(address: string, signal: AbortSignal): Promise<A> {
  const answer = await fetch(address, { signal })
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
  return (await answer.json()) as A
}
