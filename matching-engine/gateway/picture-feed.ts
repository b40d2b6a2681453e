import type { LoggedEvent } from '#protocol/market-event.ts'
import { advancePicture } from '#protocol/picture/advance-picture.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture, type PictureGrid } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import { type NamePolicy, PictureEvents } from '../picture/picture-events.ts'

/** The picture of a neighbourhood as its log tells it, and what of it anybody lacks: each frame is made once for all. */
export class PictureFeed {
  readonly #picture = emptyPicture()
  readonly #events: PictureEvents
  readonly #frames = new Map<number, PictureFrame>()

  readonly #logSequence: number

  /** `logSequence` is where the log ends now. */
  constructor(options: {
    readonly names: NamePolicy
    readonly grid: PictureGrid | null
    readonly logSequence: number
  }) {
    this.#events = new PictureEvents(options)
    this.#logSequence = options.logSequence
  }

  /** Whether it has come to where the log ended when this began: before that it shows the past. */
  get isComplete(): boolean {
    return this.sequence >= this.#logSequence
  }

  /** Which log this is; empty before its first event has come. */
  get log(): string {
    return this.#picture.log
  }

  /** The sequence of the last event that has come. */
  get sequence(): number {
    return this.#picture.sequence
  }

  /** Takes the log's events in order, from its first on. */
  push(logged: readonly LoggedEvent[]): void {
    for (const each of logged) {
      const { sequence } = each
      const { timeMs } = each.event
      advancePicture(this.#picture, { sequence, timeMs }, this.#events.of(each))
    }
    if (logged.length > 0) this.#frames.clear()
  }

  /**
   * What a client needs that has seen everything up to a sequence; all of the picture where it has seen nothing, or
   * what this log has not told yet: then it speaks of another.
   */
  frameSince(sequence: number): PictureFrame {
    const from = sequence > this.sequence ? 0 : sequence
    const made = this.#frames.get(from)
    if (made !== undefined) return made
    const frame = frameSince(this.#picture, from)
    this.#frames.set(from, frame)
    return frame
  }
}
