import { Effect, Schedule } from 'effect'
import { type Answer, json } from './answer.ts'
import { packedByGzip } from './content-encoding.ts'
import type { PictureFeed } from './picture-feed.ts'
import { HttpProblem } from './problems.ts'
import type { Route } from './router.ts'

/** How old an answer may be before a new one is made; who has it asks for what has come since by socket.io. */
const FRESH_MS = 250
/** How long one waits for a log that is still being read: five seconds. */
const WAIT = { schedule: Schedule.spaced(50), times: 100 }

/** The whole picture over HTTP: made and packed once a sequence for all who ask, and at most four times a second. */
export class PictureAnswers {
  readonly #feed: PictureFeed
  #made: { readonly sequence: number; readonly atMs: number; readonly answer: Promise<Answer> } | null = null

  constructor(feed: PictureFeed) {
    this.#feed = feed
  }

  /** Waits some seconds while the log is still being read; then it is NOT_READY. */
  readonly answer: Effect.Effect<Answer, HttpProblem> = Effect.suspend(() =>
    this.#feed.isComplete ? Effect.promise(() => this.#newest()) : Effect.fail(stillReading),
  ).pipe(Effect.retry(WAIT))

  #newest(): Promise<Answer> {
    const { sequence } = this.#feed
    const nowMs = performance.now()
    const made = this.#made
    if (made !== null && (made.sequence === sequence || nowMs - made.atMs < FRESH_MS)) return made.answer
    const answer = this.#make()
    this.#made = { sequence, atMs: nowMs, answer }
    return answer
  }

  async #make(): Promise<Answer> {
    const whole = json(200, this.#feed.frameSince(0))
    return { ...whole, packed: { gzip: await packedByGzip(whole.body) } }
  }
}

const stillReading = new HttpProblem({
  code: 'NOT_READY',
  detail: 'the log is still being read',
  headers: { 'retry-after': '1' },
})

/** `GET /api/v1/picture`. */
export const pictureRoute = (pictures: PictureAnswers): Route => ({
  method: 'GET',
  pattern: '/api/v1/picture',
  summary: 'What everybody may see of the neighbourhood, as the frame that a page begins with.',
  handle: () => pictures.answer,
})
