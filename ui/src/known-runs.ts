import type { Run, Timeline } from '#protocol/picture/run.ts'
import type { RunClient } from './time/run-client.ts'

/** The runs that the gateway serves, and what happened when in the one that is shown. */
export class KnownRuns {
  readonly #client: RunClient
  #all: readonly Run[] = []
  #timelineOf = ''

  constructor(client: RunClient) {
    this.#client = client
  }

  /** none before the gateway has told */
  get all(): readonly Run[] {
    return this.#all
  }

  /** Whether one of them lives: all that is known of a gateway that has not told. */
  get haveLive(): boolean {
    return isLive(this.#all)
  }

  /** The one of that log, or at that place among them; null where it is not here. */
  named(run: string): Run | null {
    return this.#all.find(({ log, run: place }) => run === log || run === String(place)) ?? null
  }

  /** Asks for them, or takes what was asked for already; a gateway that does not answer (null) leaves them as they were. */
  async learn(asked: Promise<readonly Run[] | null> = this.#client.runs().catch(() => null)): Promise<void> {
    this.#all = (await asked) ?? this.#all
  }

  /** What happened when in a run; null where that is known, for of a run that is over it does not change, or cannot be. */
  async timeline(run: string): Promise<Timeline | null> {
    if (this.#all.length === 0 || (this.#timelineOf === run && this.named(run)?.kind !== 'live')) return null
    // Where the gateway does not answer, the state of the connection says so.
    const timeline = await this.#client.timeline(run).catch(() => null)
    if (timeline !== null) this.#timelineOf = run
    return timeline
  }
}

/** Whether one of a gateway's runs lives: the first of them. Null, or none: it has not told. */
export const isLive = (runs: readonly Run[] | null): boolean => (runs?.[0]?.kind ?? 'live') === 'live'
