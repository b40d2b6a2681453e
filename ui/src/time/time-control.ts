import type { Picture } from '#protocol/picture/picture.ts'
import type { Book } from '../book.ts'
import type { PageTime } from '../page-time.ts'
import type { StreetStore } from '../store.ts'
import { Recording, type RecordingNews } from './recording.ts'
import type { Moment, RunClient } from './run-client.ts'
import { nearestSpeed } from './speeds.ts'

/** After a pause of the page itself (a hidden tab) time goes on from where it stood. Wall ms. */
const LONGEST_TICK_MS = 500

const noNews: RecordingNews = { trades: [], untoldTrades: 0 }

/**
 * How time goes on the page: as it happens (the live street), standing, or from a recording at a speed. While it does not
 * go as it happens the live street is kept up to date quietly, so that going back to it takes no time.
 */
export class TimeControl {
  readonly #live: StreetStore
  readonly #client: RunClient
  readonly #nowMs: () => number
  readonly #changed: () => void
  /** whether there is a street that lives, which `goLive` leads to */
  #hasLive = true
  #recording: Recording
  #mode: PageTime['mode'] = 'live'
  #speed = 1
  #speedIsChosen = false
  #clockMs = 0
  #tickedAtMs = 0

  constructor(options: {
    readonly live: StreetStore
    readonly client: RunClient
    readonly nowMs: () => number
    readonly changed: () => void
  }) {
    this.#live = options.live
    this.#client = options.client
    this.#nowMs = options.nowMs
    this.#changed = options.changed
    this.#recording = this.#record('0')
  }

  /** Until a speed is chosen it is about the one at which the street lives. */
  get time(): PageTime {
    if (!this.#speedIsChosen) this.#speed = nearestSpeed(this.#hasLive ? (this.#live.status?.speed ?? 1) : 100)
    return { mode: this.#mode, speed: this.#speed }
  }

  /** The run that is shown, by its log; by its place before that is known. */
  get run(): string {
    return this.#mode === 'live' ? this.#live.picture.log : this.#recording.run
  }

  get picture(): Picture {
    return this.#mode === 'live' ? this.#live.picture : this.#recording.picture
  }

  get book(): Book | null {
    return this.#mode === 'live' ? this.#live.book : this.#recording.book
  }

  /** Unix ms, of the log that is shown. */
  get clockMs(): number {
    return this.#mode === 'live' ? this.#live.clockMs : this.#clockMs
  }

  /** Why a recording does not come, or null. */
  get trouble(): string | null {
    return this.#mode === 'live' ? null : this.#recording.trouble
  }

  /** Whether the viewer stepped on from what happened last, and still nothing has happened since. */
  get isNewest(): boolean {
    if (this.#mode !== 'paused' || !this.#recording.isNewest) return false
    const { log, sequence } = this.#live.picture
    return log !== this.#recording.run || sequence <= this.#recording.picture.sequence
  }

  /** Whether it plays and has nothing to play yet, or a place that was asked for is on its way. */
  get isWaiting(): boolean {
    if (this.#mode === 'live') return false
    const { horizonMs, hasEnded, isGoing } = this.#recording
    return isGoing || (this.#mode === 'playing' && !hasEnded && this.#clockMs >= horizonMs)
  }

  get hasLive(): boolean {
    return this.#hasLive
  }

  /** Shows a recorded run, standing at a place; there is no street that lives then, where the run is the first. */
  open(run: string, at: Moment | null): Promise<void> {
    if (this.#mode === 'live' || run !== this.#recording.run) {
      this.#recording.stop()
      this.#recording = this.#record(run)
      this.#mode = 'paused'
    }
    return at === null ? Promise.resolve() : this.seek(at)
  }

  /** The gateway serves recordings only: nothing lives here. */
  withoutLive(): void {
    this.#hasLive = false
  }

  /** Stands still, at what is shown. */
  pause(): void {
    if (this.#mode === 'paused') return
    if (this.#mode === 'live') this.#leaveLive()
    this.#mode = 'paused'
    this.#recording.flush()
    this.#changed()
  }

  /** Goes on from what is shown. */
  play(): void {
    if (this.#mode !== 'paused') return
    this.#tickedAtMs = this.#nowMs()
    this.#mode = 'playing'
    this.#changed()
  }

  toggle(): void {
    if (this.#mode === 'paused') this.play()
    else this.pause()
  }

  /** The log's seconds in one of the viewer's. Live time has its own. */
  setSpeed(speed: number): void {
    this.#speed = speed
    this.#speedIsChosen = true
    this.#recording.flush()
    this.#changed()
  }

  /** Shows another place of the run; whether it stands or plays stays as it is, but nothing lives there. */
  async seek(to: Moment): Promise<void> {
    if (this.#mode === 'live') {
      this.#leaveLive()
      this.#mode = 'paused'
    }
    if ('timeMs' in to) this.#clockMs = to.timeMs
    this.#changed()
    await this.#recording.seek(to)
    if (!('timeMs' in to)) this.#clockMs = this.#recording.picture.timeMs
    this.#tickedAtMs = this.#nowMs()
    this.#changed()
  }

  /** Stands still, some events further, or back. */
  async step(events: number): Promise<void> {
    this.pause()
    await this.#recording.step(events)
    this.#clockMs = this.#recording.picture.timeMs
    this.#changed()
  }

  /** Back to what happens now; does nothing where nothing lives. */
  goLive(): void {
    if (this.#mode === 'live' || !this.#hasLive) return
    this.#recording.stop()
    this.#mode = 'live'
    this.#recording = this.#record('0')
    this.#changed()
  }

  /** The book to show. */
  followBook(slot: number | null): void {
    this.#live.followBook(this.#mode === 'live' ? slot : null)
    if (this.#mode !== 'live') this.#recording.followBook(slot)
  }

  /** Lets time go on; to be called about ten times a second while a recording plays. */
  tick(): RecordingNews {
    if (this.#mode !== 'playing') return noNews
    const nowMs = this.#nowMs()
    const passedMs = Math.min(LONGEST_TICK_MS, nowMs - this.#tickedAtMs)
    this.#tickedAtMs = nowMs
    const recording = this.#recording
    if (!recording.isGoing) {
      // Beyond what has been fetched nothing is known: time waits for it rather than jump later.
      this.#clockMs = Math.max(this.#clockMs, Math.min(this.#clockMs + passedMs * this.#speed, recording.horizonMs))
    }
    const news = recording.advance(this.#clockMs)
    recording.lookAhead({ timeMs: this.#clockMs, speed: this.#speed })
    if (recording.hasEnded && this.#clockMs >= recording.horizonMs) this.#ended()
    return news
  }

  #ended(): void {
    // Who plays up to the present is where it happens.
    if (this.#hasLive && this.#recording.run === this.#live.picture.log) this.goLive()
    else this.pause()
  }

  #leaveLive(): void {
    this.#clockMs = this.#live.clockMs
    this.#speed = this.time.speed
    this.#speedIsChosen = true
    this.#recording.adopt(this.#live.picture, this.#live.book)
  }

  #record(run: string): Recording {
    return new Recording({ run, client: this.#client, nowMs: this.#nowMs, changed: this.#changed })
  }
}
