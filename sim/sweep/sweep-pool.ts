import { Effect } from 'effect'
import { type SweepReport, simulationThread } from './simulation-thread.ts'
import type { SweepFailed } from './sweep-failed.ts'
import type { KeyedJob } from './sweep-jobs.ts'

/**
 * Runs jobs on as many threads, each job on whichever is free, and tells what each came to, as it ends. Fails with the
 * first that fails; interrupted or failed, it ends its threads.
 */
export const runJobs = (options: {
  readonly jobs: readonly KeyedJob[]
  readonly workers: number
  readonly onReport: (job: KeyedJob, report: SweepReport) => void
}): Effect.Effect<void, SweepFailed> => {
  const { jobs, onReport } = options
  let next = 0
  const workUntilDone = Effect.gen(function* () {
    const simulate = yield* simulationThread
    for (;;) {
      const job = jobs[next++]
      if (job === undefined) return
      onReport(job, yield* simulate(job))
    }
  }).pipe(Effect.scoped)
  const workers = Math.min(options.workers, jobs.length)
  return Effect.forEach(Array.from({ length: workers }), () => workUntilDone, {
    concurrency: Math.max(1, workers),
    discard: true,
  })
}
