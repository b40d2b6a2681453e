import { randomUUID } from 'node:crypto'
import { Effect, Option } from 'effect'
import { type KeyedJob, reportOf, SweepFailed, type SweepReport } from '#sim/index.ts'
import type { NatsFailed, NatsServer, TakenWork } from '../nats.ts'
import { answersOf, type ClusterJob, jobsOf, openCluster, readAnswer, version, WORKERS } from './cluster.ts'

/** How many jobs are on their way to the server at once. */
const PUTS = 64
/** Somebody who takes runs has taken one by then. */
const LOOK_AFTER_MS = 3_000
const FAREWELL_MS = 3_000

/**
 * Has jobs run by the workers of a cluster and tells what each came to, as it ends. Fails with the first that fails, or
 * with the server; ended in whichever way, it leaves nothing at the server.
 */
export const runOnCluster = (options: {
  readonly jobs: readonly KeyedJob[]
  readonly server: NatsServer
  readonly onReport: (job: KeyedJob, report: SweepReport) => void
}): Effect.Effect<void, SweepFailed | NatsFailed> =>
  Effect.gen(function* () {
    const { server, onReport } = options
    const open = new Map(options.jobs.map((job) => [job.key, job]))
    const cluster = yield* openCluster(server)
    const sweep = randomUUID()
    const [jobs, answers] = [jobsOf(sweep), answersOf(sweep)]
    yield* Effect.addFinalizer(() =>
      Effect.andThen(cluster.drop(jobs.stream, jobs.subject), cluster.leave(answers)).pipe(
        Effect.timeoutOption(FAREWELL_MS), // a server that is away is not waited for
        Effect.ignore,
      ),
    )
    const next = yield* cluster.take(answers)
    yield* Effect.forEach(
      open.values(),
      ({ key, varied, request }) =>
        cluster.put(jobs.subject, JSON.stringify({ version, sweep, key, varied, request } satisfies ClusterJob)),
      { concurrency: PUTS, discard: true },
    )
    yield* cluster.isTaken(WORKERS).pipe(
      Effect.catch(() => Effect.succeed(false)), // nobody ever took by that name
      Effect.flatMap((isTaken) =>
        isTaken
          ? Effect.void
          : Effect.logWarning(
              `nobody takes runs from ${server.url}: start 'npx commonwatt sim-worker --nats ${server.url}' on the machines that are to simulate`,
            ),
      ),
      Effect.delay(LOOK_AFTER_MS),
      Effect.forkScoped,
    )
    const hear = ({ text }: TakenWork) =>
      Effect.gen(function* () {
        const answer = Option.getOrUndefined(readAnswer(text))
        const job = open.get(answer?.key ?? '')
        if (answer === undefined || job === undefined) return // or it was handed out twice, and has an answer
        const { key, varied } = job
        if ('failure' in answer.outcome) return yield* new SweepFailed({ varied, reason: answer.outcome.failure })
        const report = reportOf(key, answer.outcome.report)
        if (report === null) return yield* new SweepFailed({ varied, reason: 'its worker told of another run' })
        open.delete(key)
        onReport(job, report)
      })
    while (open.size > 0) {
      const answer = yield* next
      yield* answer.doing(hear(answer))
    }
  }).pipe(Effect.scoped)
