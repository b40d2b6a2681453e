import { randomUUID } from 'node:crypto'
import { Deferred, Effect, Option } from 'effect'
import { type KeyedJob, LentJobs, reportOf, SweepFailed, type SweepReport } from '#sim/index.ts'
import manifest from '../../package.json' with { type: 'json' }
import { type NatsFailed, type NatsServer, openNats } from '../nats.ts'
import {
  type FreeWorker,
  type LentRun,
  NO_RUN,
  NOT_WANTED,
  RUNS,
  readFreeWorker,
  readWorkerWord,
  subjectOf,
  WANTED,
  type WorkerWord,
} from './cluster.ts'

/** A worker that is free, or at a run of ours, says so more often. */
const SILENT_MS = 5_000

/**
 * Has jobs run by the workers of a cluster and tells what each came to, as it ends. Fails with the first that fails, or
 * with the server. Workers that are at a run of a sweep that has ended leave it.
 */
export const runOnCluster = (options: {
  readonly jobs: readonly KeyedJob[]
  readonly server: NatsServer
  readonly onReport: (job: KeyedJob, report: SweepReport) => void
}): Effect.Effect<void, SweepFailed | NatsFailed> =>
  Effect.gen(function* () {
    const { server, onReport } = options
    const log = Effect.runForkWith(yield* Effect.context<never>())
    const jobs = new LentJobs(options.jobs, ({ varied }) =>
      log(Effect.logWarning(`the run with ${JSON.stringify(varied)} is lent anew: its worker fell silent`)),
    )
    const sweep = randomUUID()
    const over = yield* Deferred.make<void, SweepFailed>()

    let heardMs = 0
    /** What answers a worker's message; what is no such message gets `otherwise`, and what is thrown ends the sweep. */
    const replyBy =
      <A>(read: (text: string) => Option.Option<A>, otherwise: string, reply: (message: A) => string) =>
      (text: string): string => {
        const message = read(text)
        if (Option.isNone(message)) return otherwise
        heardMs = performance.now()
        try {
          return reply(message.value)
        } catch (error) {
          Deferred.doneUnsafe(over, error instanceof SweepFailed ? Effect.fail(error) : Effect.die(error))
          return otherwise
        }
      }
    const lend = ({ worker }: FreeWorker): string => {
      const job = jobs.lend(worker, performance.now())
      if (job === null) return NO_RUN
      const { key, varied, request } = job
      return JSON.stringify({ sweep, key, varied, request } satisfies LentRun)
    }
    const hear = ({ worker, key, says }: WorkerWord): string => {
      if (says === 'held') return jobs.hold(key, worker, performance.now()) ? WANTED : NOT_WANTED
      if (says === 'back') jobs.giveBack(key, worker)
      else finish(key, says)
      return NOT_WANTED
    }
    const finish = (key: string, outcome: Exclude<WorkerWord['says'], string>): void => {
      const job = jobs.finish(key)
      if (job === null) return // lent twice, and the other one was faster
      const { varied } = job
      if ('failure' in outcome) throw new SweepFailed({ varied, reason: outcome.failure })
      const report = reportOf(key, outcome.report)
      if (report === null)
        throw new SweepFailed({ varied, reason: 'what its worker told is not of this run, or not whole' })
      onReport(job, report)
      if (jobs.isOver) Deferred.doneUnsafe(over, Effect.void)
    }

    const link = yield* openNats(server, () => jobs.renew(performance.now()))
    heardMs = performance.now()
    yield* link.answer({ subject: subjectOf(sweep), reply: replyBy(readWorkerWord, NOT_WANTED, hear) })
    yield* link.answer({ ...RUNS, reply: replyBy(readFreeWorker, NO_RUN, lend) })
    yield* Effect.forkScoped(sayIfSilent(server, () => performance.now() - heardMs))
    yield* Effect.raceFirst(Deferred.await(over), link.lost)
  }).pipe(Effect.scoped)

/** Says whenever no worker has been heard for a while. */
const sayIfSilent = ({ url }: NatsServer, silentMs: () => number) =>
  Effect.gen(function* () {
    let isSaid = false
    for (;;) {
      yield* Effect.sleep(SILENT_MS / 5)
      const isSilent = silentMs() > SILENT_MS
      if (isSilent && !isSaid) {
        yield* Effect.logWarning(
          `no worker of version ${manifest.version} is free at ${url}: start 'npx commonwatt sim-worker --nats ${url}' on the machines that are to simulate`,
        )
      }
      isSaid = isSilent
    }
  })
