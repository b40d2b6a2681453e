import { hostname } from 'node:os'
import { Effect, Option, Schedule } from 'effect'
import { type SimulationThread, simulationThread } from '#sim/index.ts'
import type { NatsServer, TakenWork, WorkQueue } from '../nats.ts'
import { answersOf, type ClusterAnswer, type ClusterJob, openCluster, readJob, version, WORKERS } from './cluster.ts'
import { workersOf } from './workers-of.ts'

/** A run that was handed out more often kills whoever takes it: it is answered instead. */
const TIMES_MAX = 5
/** How often a server that is away is tried again with an answer: for two minutes at least, as each try waits, too. */
const RETRIES = 120
const EVERY_SECOND = Schedule.spaced('1 second')

/** Takes runs of sweeps from a cluster and simulates them, on as many threads as asked for (all cores), for ever. */
export const serveSweeps = Effect.fnUntraced(function* (given: {
  readonly server: NatsServer
  readonly workers: number | undefined
}) {
  const workers = yield* workersOf(given.workers)
  const cluster = yield* openCluster(given.server)
  const next = yield* cluster.take(WORKERS)
  yield* Effect.logInfo(`takes runs of sweeps from ${given.server.url}, ${workers} at once`)
  const serve = Effect.gen(function* () {
    const simulate = yield* simulationThread
    for (;;) {
      const taken = yield* next
      yield* taken.doing(answer(cluster, taken, simulate)).pipe(
        // It is handed out again.
        Effect.catch(({ message }) => Effect.logWarning(`an answer is lost: ${message}`)),
      )
    }
  }).pipe(Effect.scoped)
  return yield* Effect.forEach(Array.from({ length: workers }), () => serve, {
    concurrency: 'unbounded',
    discard: true,
  })
}, Effect.scoped)

const answer = (cluster: WorkQueue, taken: TakenWork, simulate: SimulationThread) =>
  Effect.gen(function* () {
    const job = Option.getOrUndefined(readJob(taken.text))
    if (job === undefined)
      return yield* Effect.logWarning('something that is no run of a sweep was asked for: left out')
    const outcome = yield* outcomeOf(job, taken.times, simulate)
    const text = JSON.stringify({ key: job.key, outcome } satisfies ClusterAnswer)
    yield* cluster
      .put(answersOf(job.sweep).subject, text)
      .pipe(Effect.retry({ times: RETRIES, schedule: EVERY_SECOND }))
  })

const outcomeOf = (
  job: ClusterJob,
  times: number,
  simulate: SimulationThread,
): Effect.Effect<ClusterAnswer['outcome']> => {
  const fail = (reason: string) => Effect.succeed({ failure: `${reason} (worker on ${hostname()})` })
  if (job.version !== version) return fail(`this is Commonwatt ${version}, the sweep was started by ${job.version}`)
  if (times > TIMES_MAX) return fail(`${TIMES_MAX} workers took it and came to no end`)
  return simulate(job).pipe(
    Effect.map((report) => ({ report: { ...report } })),
    Effect.catch(({ reason }) => fail(reason)),
  )
}
