import type { Run } from '#protocol/picture/run.ts'
import type { PageTime } from '../page-time.ts'
import { Recording, type RecordingNews } from '../time/recording.ts'
import type { RunClient } from '../time/run-client.ts'

/** After a pause of the page itself time goes on from where it stood. Wall ms. */
const LONGEST_TICK_MS = 500

/**
 * Two runs on one clock: so long after its own start each of them is shown, whatever its date. Neither goes ahead of the
 * other: where one has to wait for its gateway, both do. One that is over stays at its end.
 */
export class SharedClock {
  readonly runs: readonly Run[]
  readonly recordings: readonly Recording[]
  readonly #nowMs: () => number
  #sinceMs = 0
  #mode: PageTime['mode'] = 'paused'
  #speed = 1_000
  #tickedAtMs = 0

  constructor(options: {
    readonly runs: readonly Run[]
    readonly client: RunClient
    readonly nowMs: () => number
    readonly changed: () => void
  }) {
    const { runs, client, nowMs, changed } = options
    this.runs = runs
    this.#nowMs = nowMs
    this.recordings = runs.map(({ log }) => new Recording({ run: log, client, nowMs, changed }))
  }

  get time(): PageTime {
    return { mode: this.#mode, speed: this.#speed }
  }

  /** Time since the start of each, ms. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  /** How long the longer run is, ms. */
  get lengthMs(): number {
    return Math.max(...this.runs.map(({ firstMs, lastMs }) => lastMs - firstMs))
  }

  /** What the clock of each shows, Unix ms. */
  timeOf(at: number): number {
    const { firstMs, lastMs } = this.runs[at] as Run
    return Math.min(lastMs, firstMs + this.#sinceMs)
  }

  async seek(sinceMs: number): Promise<void> {
    this.#sinceMs = Math.min(this.lengthMs, Math.max(0, sinceMs))
    await Promise.all(this.recordings.map((recording, at) => recording.seek({ timeMs: this.timeOf(at) })))
    this.#tickedAtMs = this.#nowMs()
  }

  toggle(): void {
    this.#mode = this.#mode === 'playing' ? 'paused' : 'playing'
    this.#tickedAtMs = this.#nowMs()
  }

  setSpeed(speed: number): void {
    this.#speed = speed
    for (const recording of this.recordings) recording.flush()
  }

  /** Lets time go on; to be called about ten times a second. What is new in each of the two. */
  tick(): readonly RecordingNews[] {
    const nowMs = this.#nowMs()
    const passedMs = Math.min(LONGEST_TICK_MS, nowMs - this.#tickedAtMs)
    this.#tickedAtMs = nowMs
    if (this.#mode !== 'playing') return this.recordings.map(() => ({ trades: [], untoldTrades: 0 }))
    const known = this.recordings.map((recording, at) => {
      const { firstMs } = this.runs[at] as Run
      if (recording.isGoing) return this.#sinceMs
      return recording.hasEnded ? Number.POSITIVE_INFINITY : recording.horizonMs - firstMs
    })
    const goal = Math.min(this.#sinceMs + passedMs * this.#speed, this.lengthMs, ...known)
    this.#sinceMs = Math.max(this.#sinceMs, goal)
    if (this.#sinceMs >= this.lengthMs) this.#mode = 'paused'
    return this.recordings.map((recording, at) => {
      recording.lookAhead({ timeMs: this.timeOf(at), speed: this.#speed })
      return recording.advance(this.timeOf(at))
    })
  }

  stop(): void {
    for (const recording of this.recordings) recording.stop()
  }
}
