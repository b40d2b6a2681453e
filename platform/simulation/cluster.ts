import { type Option, Schema } from 'effect'
import type { SimulationRequest } from '#sim/index.ts'
import manifest from '../../package.json' with { type: 'json' }

/** Another version simulates another street: its workers and sweeps do not hear ours. */
const root = `commonwatt.sweep.${manifest.version}`

/** Where workers ask for a run: one of the sweeps that are under way answers. */
export const RUNS = { subject: `${root}.run`, group: 'sweeps' }

/** Where workers tell a sweep of its runs. */
export const subjectOf = (sweep: string) => `${root}.of.${sweep}`

const Id = Schema.String.check(Schema.isPattern(/^[\w-]{1,64}$/))

/** A worker that has nothing to do. */
export type FreeWorker = typeof FreeWorker.Type
const FreeWorker = Schema.Struct({ worker: Id })

const request = {
  scenario: Schema.optional(Schema.String),
  homes: Schema.optional(Schema.Finite),
  days: Schema.optional(Schema.Finite),
  seed: Schema.optional(Schema.Finite),
  changes: Schema.optional(Schema.Record(Schema.String, Schema.Unknown)),
  ceiling: Schema.optional(Schema.Literal('computed')),
} satisfies Record<keyof SimulationRequest, unknown>

/** What a sweep answers where somebody is at each of its runs. */
export const NO_RUN = ''

/** A run of a sweep, on its way to a worker. */
export type LentRun = typeof LentRun.Type
const LentRun = Schema.Struct({
  sweep: Id,
  key: Schema.String,
  varied: Schema.Record(Schema.String, Schema.Unknown),
  request: Schema.Struct(request),
})

/** What a worker says of a run: it is still at it, it stops before the end, or what became of it. */
export type WorkerWord = typeof WorkerWord.Type
const WorkerWord = Schema.Struct({
  worker: Id,
  key: Schema.String,
  says: Schema.Union([
    Schema.Literals(['held', 'back']),
    Schema.Struct({ report: Schema.Record(Schema.String, Schema.Unknown) }),
    Schema.Struct({ failure: Schema.String }),
  ]),
})

/** What a sweep answers to that: whether it wants the run yet. */
export const WANTED = 'wanted'
export const NOT_WANTED = 'not wanted'

const read =
  <A>(shape: Schema.Codec<A, string>) =>
  (text: string): Option.Option<A> =>
    Schema.decodeUnknownOption(shape)(text)

/** A message from its text; none where it is no such thing. */
export const readFreeWorker = read(Schema.fromJsonString(FreeWorker))
export const readLentRun = read(Schema.fromJsonString(LentRun))
export const readWorkerWord = read(Schema.fromJsonString(WorkerWord))
