import { Worker } from 'node:worker_threads'
import { Effect } from 'effect'
import type { SimulationReport } from '../simulation/simulation-report.ts'
import { SweepFailed } from './sweep-failed.ts'
import type { SweepJob } from './sweep-jobs.ts'

/** What a run came to; how long it took is left out, so that it is the same wherever it ran. */
export type SweepReport = Omit<SimulationReport, 'wallSeconds'>

/** What a worker says of a run. */
export type WorkerAnswer = { readonly report: SweepReport } | { readonly failure: string }

const program = new URL('./sweep-worker.ts', import.meta.url)

/**
 * Runs jobs on as many worker threads, each job on whichever is free, and tells what each came to, as it ends. Fails
 * with the first that fails; interrupted or failed, it ends its threads.
 */
export const runJobs = <Job extends SweepJob>(options: {
  readonly jobs: readonly Job[]
  readonly workers: number
  readonly onReport: (job: Job, report: SweepReport) => void
}): Effect.Effect<void, SweepFailed> => {
  const { jobs, onReport } = options
  let next = 0
  const workUntilDone = Effect.gen(function* () {
    if (next >= jobs.length) return
    const worker = yield* Effect.acquireRelease(
      Effect.sync(() => new Worker(program)),
      (made) => Effect.promise(() => made.terminate()),
    )
    for (;;) {
      const job = jobs[next++]
      if (job === undefined) return
      onReport(job, yield* reportOf(worker, job))
    }
  }).pipe(Effect.scoped)
  const workers = Math.min(options.workers, jobs.length)
  return Effect.forEach(Array.from({ length: workers }), () => workUntilDone, {
    concurrency: Math.max(1, workers),
    discard: true,
  })
}

const reportOf = (worker: Worker, job: SweepJob): Effect.Effect<SweepReport, SweepFailed> =>
  Effect.callback((resume) => {
    const fail = (reason: string) => resume(Effect.fail(new SweepFailed({ varied: job.varied, reason })))
    const failed = (error: unknown) => fail(error instanceof Error ? error.message : String(error))
    const ended = (code: number) => fail(`its thread ended with ${code}`)
    worker.once('message', (answer: WorkerAnswer) => {
      worker.off('error', failed)
      worker.off('exit', ended)
      if ('report' in answer) resume(Effect.succeed(answer.report))
      else fail(answer.failure)
    })
    worker.once('error', failed)
    worker.once('exit', ended)
    worker.postMessage(job.request)
  })
