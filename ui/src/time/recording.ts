import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { emptyPicture, type Picture, type PictureTrade } from '#protocol/picture/picture.ts'
import type { PictureStep } from '#protocol/picture/run.ts'
import { applyDepth, type Book, emptyBook } from '../book.ts'
import type { Moment, RunClient, Steps } from './run-client.ts'

/** Steps in a second of the viewer's time: as many as an eye needs where things glide between them. */
const STEPS_PER_SECOND = 8
/** So much of the viewer's time is asked for at once, and asked for again when less than that is left. */
const AHEAD_MS = 3_000
/** The shortest step that the gateway is asked for, ms of the log. */
const STEP_MIN_MS = 20
/** After a failure the gateway is left alone for so long. Wall ms. */
const RETRY_MS = 1_000

/** What is new since the last look. */
export interface RecordingNews {
  readonly trades: readonly PictureTrade[]
  readonly untoldTrades: number
}

/**
 * A run of the gateway as the page goes through it: a picture of its own, what comes next fetched ahead. One request for
 * what comes next at a time, and one for somewhere else: while a viewer drags, the last place asked for is what counts.
 */
export class Recording {
  readonly #run: string
  readonly #client: RunClient
  readonly #nowMs: () => number
  readonly #changed: () => void
  #picture: Picture = emptyPicture()
  #book: Book | null = null
  #slot: number | null = null
  /** steps not yet shown, oldest first */
  #queue: PictureStep[] = []
  #fetching: AbortController | null = null
  #going: AbortController | null = null
  /** resolves when nothing that was asked for is on its way any more */
  #gone: Promise<void> = Promise.resolve()
  #wanted: { readonly to: Moment; readonly arrived: () => void } | null = null
  #stepsWanted = 0
  #ended = false
  #failedAtMs = Number.NEGATIVE_INFINITY
  #trouble: string | null = null
  #isNewest = false

  /** `changed` is called when something has arrived that the page does not show yet. */
  constructor(options: {
    readonly run: string
    readonly client: RunClient
    readonly nowMs: () => number
    readonly changed: () => void
  }) {
    this.#run = options.run
    this.#client = options.client
    this.#nowMs = options.nowMs
    this.#changed = options.changed
  }

  /** What it is asked for by: its log as soon as that is known, for another may take its place. */
  get run(): string {
    return this.#picture.log || this.#run
  }

  get picture(): Picture {
    return this.#picture
  }

  get book(): Book | null {
    return this.#book
  }

  /** Why the gateway's last answer was none (the code of its refusal, where it refused), or null. */
  get trouble(): string | null {
    return this.#trouble
  }

  /** Whether it was asked to step on from the last event that there was. */
  get isNewest(): boolean {
    return this.#isNewest
  }

  /** Whether a picture from somewhere else is on its way. */
  get isGoing(): boolean {
    return this.#going !== null
  }

  /** Up to which time of the log all is here, Unix ms. */
  get horizonMs(): number {
    return this.#queue.at(-1)?.frame.timeMs ?? this.#picture.timeMs
  }

  /** Whether nothing comes after the horizon, as far as the gateway knew. */
  get hasEnded(): boolean {
    return this.#ended
  }

  /** Takes a copy of a picture that goes on to change. */
  adopt(picture: Picture, book: Book | null): void {
    this.#stop()
    this.#picture = structuredClone(picture)
    this.#slot = book?.slot ?? null
    this.#book = book === null ? null : { ...book, bids: new Map(book.bids), asks: new Map(book.asks) }
  }

  /** Goes to a place in the run, and is there when the promise resolves, unless another place was asked for since. */
  seek(to: Moment): Promise<void> {
    this.#fetching?.abort()
    return new Promise((resolve) => {
      this.#wanted?.arrived()
      this.#stepsWanted = 0
      this.#wanted = { to, arrived: resolve }
      this.#go()
    })
  }

  /** Goes some events on, or back; is there when the promise resolves. */
  async step(events: number): Promise<void> {
    this.#fetching?.abort()
    this.#queue = []
    this.#stepsWanted += events
    this.#go()
    await this.#gone
  }

  /** Shows the book of this slot from now on; null: of none. */
  followBook(slot: number | null): void {
    if (slot === this.#slot) return
    this.#slot = slot
    this.#book = slot === null ? null : emptyBook(slot)
    // What is fetched ahead is of the other book: at rest nothing else would bring this one.
    if (this.#queue.length === 0 && this.#fetching === null) void this.#fetchBook()
  }

  /** Forgets what was fetched ahead: it is wrong where the speed changes. */
  flush(): void {
    this.#fetching?.abort()
    this.#fetching = null
    this.#queue = []
    this.#ended = false
  }

  /** Shows everything up to a time of the log. */
  advance(timeMs: number): RecordingNews {
    const trades: PictureTrade[] = []
    let untoldTrades = 0
    while (this.#queue[0] !== undefined && this.#queue[0].frame.timeMs <= timeMs) {
      const news = this.#take(this.#queue.shift() as PictureStep)
      trades.push(...news.trades)
      untoldTrades += news.untoldTrades
    }
    return { trades, untoldTrades }
  }

  /** Has fetched what a viewer at this time and speed will need next. To be called about ten times a second. */
  lookAhead(at: { readonly timeMs: number; readonly speed: number }): void {
    if (this.#fetching !== null || this.#going !== null || this.#ended) return
    if (this.#nowMs() - this.#failedAtMs < RETRY_MS) return
    if (this.horizonMs - at.timeMs >= AHEAD_MS * at.speed) return
    const last = this.#queue.at(-1)?.frame
    const from = last?.toSequence ?? this.#picture.sequence
    const fromMs = last?.timeMs ?? Math.max(this.#picture.timeMs, at.timeMs)
    const stepMs = Math.max(STEP_MIN_MS, Math.round((1_000 / STEPS_PER_SECOND) * at.speed))
    const count = Math.ceil((2 * AHEAD_MS * at.speed) / stepMs)
    void this.#fetchAhead({ from, fromMs: Math.floor(fromMs), stepMs, count })
  }

  /** Lets go of the gateway. */
  stop(): void {
    this.#stop()
  }

  async #fetchAhead(steps: Steps): Promise<void> {
    const controller = new AbortController()
    this.#fetching = controller
    try {
      const fetched = await this.#client.frames(this.run, { ...steps, slot: this.#slot }, controller.signal)
      if (this.#fetching !== controller) return
      this.#trouble = null
      this.#queue.push(...fetched)
      this.#ended = fetched.length === 0
    } catch (cause) {
      if (controller.signal.aborted) return
      this.#failed(cause)
    } finally {
      if (this.#fetching === controller) this.#fetching = null
    }
    this.#changed()
  }

  #go(): void {
    if (this.#going !== null) return
    this.#going = new AbortController()
    this.#gone = this.#goAll(this.#going)
  }

  async #goAll(controller: AbortController): Promise<void> {
    const { signal } = controller
    while (this.#going === controller && (this.#wanted !== null || this.#stepsWanted !== 0)) {
      const wanted = this.#wanted
      const events = wanted === null ? this.#stepsWanted : 0
      this.#wanted = null
      this.#stepsWanted -= events
      const slot = this.#slot
      try {
        const [step] =
          wanted === null
            ? await this.#client.frames(this.run, { from: this.#picture.sequence, events, slot }, signal)
            : [await this.#client.picture(this.run, { ...wanted.to, slot }, signal)]
        if (this.#going === controller) {
          this.#trouble = null
          this.flush()
          const { sequence } = this.#picture
          if (step !== undefined) this.#take(step)
          this.#isNewest = events > 0 && this.#picture.sequence === sequence
        }
      } catch (cause) {
        // What was asked for since is tried all the same.
        if (!signal.aborted) this.#failed(cause)
      }
      this.#changed()
      wanted?.arrived()
    }
    if (this.#going === controller) this.#going = null
  }

  async #fetchBook(): Promise<void> {
    const slot = this.#slot
    const { sequence } = this.#picture
    if (slot === null || sequence === 0) return
    try {
      const { depth } = await this.#client.picture(this.run, { sequence, slot })
      if (depth === null || this.#book?.slot !== slot || this.#picture.sequence !== sequence) return
      applyDepth(this.#book, depth)
    } catch (cause) {
      this.#failed(cause)
    }
    this.#changed()
  }

  #take({ frame, depth }: PictureStep): RecordingNews {
    this.#isNewest = false
    const news = applyFrame(this.#picture, frame)
    if (depth !== null && this.#book !== null) applyDepth(this.#book, depth)
    return news
  }

  #failed(cause: unknown): void {
    this.#failedAtMs = this.#nowMs()
    this.#trouble = cause instanceof Error ? cause.message : String(cause)
  }

  #stop(): void {
    this.flush()
    this.#going?.abort()
    this.#going = null
    this.#wanted?.arrived()
    this.#wanted = null
    this.#stepsWanted = 0
  }
}
