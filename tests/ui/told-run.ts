import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture, type Picture } from '#protocol/picture/picture.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import type { PictureStep } from '#protocol/picture/run.ts'
import { type RunClient, RunsUnavailable, type Steps } from '../../ui/src/time/run-client.ts'

interface Told {
  readonly timeMs: number
  readonly event: PictureEvent
}

/** A run by the rules of `protocol/picture/run.ts`, of a short story; answers wait until they are let go. */
export class ToldRun implements RunClient {
  readonly asked: string[] = []
  readonly #told: readonly Told[]
  #held: (() => void)[] | null = null
  isGone = false
  /** another run has taken its place: the names that are known no longer lead anywhere */
  isReplaced = false

  constructor(told: readonly Told[]) {
    this.#told = told
  }

  /** The picture that the whole log gives up to a sequence. */
  at(sequence: number): Picture {
    const picture = emptyPicture()
    for (const [i, { timeMs, event }] of this.#told.slice(0, sequence).entries()) {
      applyPictureEvent(picture, { sequence: i + 1, timeMs }, event)
    }
    return picture
  }

  /** From now on answers wait. */
  hold(): void {
    this.#held = []
  }

  /** All that waits is answered. */
  async letGo(): Promise<void> {
    const held = this.#held ?? []
    this.#held = null
    for (const go of held) go()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }

  readonly runs = async () => []
  readonly timeline = () => this.#answer('timeline', undefined, () => ({ ...this.#ends(), ...noRows }))

  readonly picture: RunClient['picture'] = (run, at, signal) =>
    this.#answerOf(run, 'sequence' in at ? `#${at.sequence}` : `@${at.timeMs}`, signal, () =>
      this.#whole('sequence' in at ? at.sequence : this.#sequenceAt(at.timeMs)),
    )

  readonly frames: RunClient['frames'] = (run, steps, signal) =>
    this.#answerOf(
      run,
      'events' in steps ? `${steps.from}${steps.events > 0 ? '+' : ''}${steps.events}` : `${steps.from}…`,
      signal,
      () => ('events' in steps ? this.#events(steps) : this.#steps(steps)),
    )

  #events({ from, events }: Extract<Steps, { events: number }>): PictureStep[] {
    const to = Math.max(0, Math.min(this.#told.length, from + events))
    return [events < 0 ? this.#whole(to) : { frame: frameSince(this.at(to), from), depth: null }]
  }

  #steps({ from, fromMs, stepMs, count }: Extract<Steps, { count: number }>): PictureStep[] {
    const steps: PictureStep[] = []
    let since = from
    for (let step = 1; step <= count && since < this.#told.length; step++) {
      const timeMs = fromMs + step * stepMs
      const to = Math.max(since, this.#sequenceAt(timeMs))
      steps.push({ frame: { ...frameSince(this.at(to), since), timeMs }, depth: null })
      since = to
    }
    return steps
  }

  #whole(sequence: number): PictureStep {
    return { frame: frameSince(this.at(sequence), 0), depth: null }
  }

  #sequenceAt(timeMs: number): number {
    return this.#told.filter((told) => told.timeMs <= timeMs).length
  }

  #ends() {
    const firstMs = this.#told[0]?.timeMs ?? 0
    return { firstMs, lastMs: this.#told.at(-1)?.timeMs ?? 0, lastSequence: this.#told.length }
  }

  /** By its log it is asked for as itself; by its place, whatever stands there now. */
  #answerOf<A>(run: string, what: string, signal: AbortSignal | undefined, make: () => A): Promise<A> {
    if (!this.isReplaced || run === '0') return this.#answer(what, signal, make)
    return Promise.reject(new RunsUnavailable(`there is no run ${run}`))
  }

  async #answer<A>(what: string, signal: AbortSignal | undefined, make: () => A): Promise<A> {
    this.asked.push(what)
    if (this.#held !== null) await new Promise<void>((resolve) => this.#held?.push(resolve))
    if (signal?.aborted) throw signal.reason
    if (this.isGone) throw new RunsUnavailable('nobody there')
    return make()
  }
}

const noRows = { startMs: [], sequence: [], trades: [], tradedWh: [], incidents: [] }
