import { type Effect, type Option, Schema, type Scope } from 'effect'
import manifest from '../../package.json' with { type: 'json' }
import {
  type NatsFailed,
  type NatsServer,
  openWorkQueue,
  type Taker,
  type WorkQueue,
  type WorkStream,
} from '../nats.ts'

/** Longer than any sweep waits for its turn. */
const KEPT_MS = 30 * 86_400_000

const JOBS: WorkStream = { name: 'COMMONWATT_SWEEP_JOBS', subjects: 'commonwatt.sweep-job.*', keeps: 'all' }
const ANSWERS: WorkStream = {
  name: 'COMMONWATT_SWEEP_ANSWERS',
  subjects: 'commonwatt.sweep-answer.*',
  keeps: 'awaited',
}

/** All workers of a cluster, who take the runs of all sweeps. */
export const WORKERS: Taker = { stream: JOBS, name: 'sim-workers', subject: JOBS.subjects }

/** A sweep's subjects and streams; `id` has only letters, digits and dashes. */
export const jobsOf = (id: string) => ({ stream: JOBS, subject: `commonwatt.sweep-job.${id}` })
export const answersOf = (id: string): Taker => ({
  stream: ANSWERS,
  name: id,
  subject: `commonwatt.sweep-answer.${id}`,
})

/** One run of a sweep, on its way to a worker. */
export type ClusterJob = typeof ClusterJob.Type
const ClusterJob = Schema.Struct({
  /** of the program that asks: another one simulates another street */
  version: Schema.String,
  sweep: Schema.String.check(Schema.isPattern(/^[\w-]{1,64}$/)),
  key: Schema.String,
  varied: Schema.Record(Schema.String, Schema.Unknown),
  request: Schema.Struct({
    scenario: Schema.optional(Schema.String),
    homes: Schema.optional(Schema.Finite),
    days: Schema.optional(Schema.Finite),
    seed: Schema.optional(Schema.Finite),
    changes: Schema.optional(Schema.Record(Schema.String, Schema.Unknown)),
  }),
})

/** What a run came to, on its way back. */
export type ClusterAnswer = typeof ClusterAnswer.Type
const ClusterAnswer = Schema.Struct({
  key: Schema.String,
  outcome: Schema.Union([
    Schema.Struct({ report: Schema.Record(Schema.String, Schema.Unknown) }),
    Schema.Struct({ failure: Schema.String }),
  ]),
})

const read =
  <A>(shape: Schema.Codec<A, string>) =>
  (text: string): Option.Option<A> =>
    Schema.decodeUnknownOption(shape)(text)

/** A job or an answer from its text; none where it is no such thing. */
export const readJob = read(Schema.fromJsonString(ClusterJob))
export const readAnswer = read(Schema.fromJsonString(ClusterAnswer))

/** Of this program, as jobs name it. */
export const { version } = manifest

/** The runs of all sweeps at a NATS server, until the scope closes. */
export const openCluster = (server: NatsServer): Effect.Effect<WorkQueue, NatsFailed, Scope.Scope> =>
  openWorkQueue({ server, streams: [JOBS, ANSWERS], keptMs: KEPT_MS })
