import type { PictureStep, Run, Timeline } from '#protocol/picture/run.ts'

/** A place in a run. */
export type Moment = { readonly timeMs: number } | { readonly sequence: number }

/** Steps from a sequence on: some of the log's time each, after `fromMs`; or one of some events (below 0: back). */
export type Steps =
  | { readonly from: number; readonly fromMs: number; readonly stepMs: number; readonly count: number }
  | { readonly from: number; readonly events: number }

/** The recorded runs of a gateway, each by its log or its place. All throw `RunsUnavailable`, or the signal's reason when it is aborted. */
export interface RunClient {
  readonly runs: (signal?: AbortSignal) => Promise<readonly Run[]>
  readonly timeline: (run: string, signal?: AbortSignal) => Promise<Timeline>
  /** the picture there, whole, with the book of `slot` */
  readonly picture: (run: string, at: Moment & WithBook, signal?: AbortSignal) => Promise<PictureStep>
  readonly frames: (run: string, steps: Steps & WithBook, signal?: AbortSignal) => Promise<readonly PictureStep[]>
}

interface WithBook {
  readonly slot: number | null
}

/** A gateway did not give what was asked for: the message is the code of its refusal, or what went wrong on the way. */
export class RunsUnavailable extends Error {
  override readonly name = 'RunsUnavailable'
}

/** Asks the gateway that served the page. */
export const runClient: RunClient = {
  runs: (signal) => ask('api/v1/runs', signal),
  timeline: (run, signal) => ask(`${pathOf(run)}/timeline`, signal),
  picture: (run, at, signal) => ask(`${pathOf(run)}/picture?${queryOf(at)}`, signal),
  frames: (run, steps, signal) => ask(`${pathOf(run)}/frames?${queryOf(steps)}`, signal),
}

const pathOf = (run: string) => `api/v1/runs/${run}`

function queryOf(fields: object): string {
  const given = Object.entries(fields as Readonly<Record<string, number | null>>)
  const query = new URLSearchParams()
  for (const [name, value] of given) if (value !== null) query.set(name, String(Math.floor(value)))
  return String(query)
}

async function ask<A>(path: string, signal: AbortSignal | undefined): Promise<A> {
  try {
    const answer = await fetch(path, signal === undefined ? {} : { signal })
    const told = await answer.json()
    if (!answer.ok) throw new RunsUnavailable(told.code)
    return told as A
  } catch (cause) {
    if (signal?.aborted || cause instanceof RunsUnavailable) throw cause
    throw new RunsUnavailable(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
