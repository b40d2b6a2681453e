import { Worker } from 'node:worker_threads'
import { Effect, type Scope } from 'effect'
import type { SimulationReport } from '../simulation/simulation-report.ts'
import { SweepFailed } from './sweep-failed.ts'
import type { KeyedJob } from './sweep-jobs.ts'

/** What a run came to; how long it took is left out, so that it is the same wherever it ran. */
export type SweepReport = Omit<SimulationReport, 'wallSeconds'>

/** What the thread is asked for, and what it says. */
export type ThreadRequest = Pick<KeyedJob, 'key' | 'request'>
export type ThreadAnswer = { readonly report: SweepReport } | { readonly failure: string }

/** Simulates one run after the other, each to its end, on a thread of its own. */
export type SimulationThread = (job: KeyedJob) => Effect.Effect<SweepReport, SweepFailed>

const program = new URL('./sweep-worker.ts', import.meta.url)

/** A thread that lives as long as the scope. One that dies of a run is replaced at the next. */
export const simulationThread: Effect.Effect<SimulationThread, never, Scope.Scope> = Effect.gen(function* () {
  let alive: Worker | null = null
  yield* Effect.addFinalizer(() => Effect.promise(async () => alive?.terminate()))
  return (job) =>
    Effect.callback<SweepReport, SweepFailed>((resume) => {
      const worker = alive ?? new Worker(program)
      alive = worker
      const fail = (reason: string) => end(Effect.fail(new SweepFailed({ varied: job.varied, reason })))
      const die = (reason: string) => {
        alive = null
        fail(reason)
      }
      const told = (answer: ThreadAnswer) => {
        if ('report' in answer) end(Effect.succeed(answer.report))
        else fail(answer.failure)
      }
      const broke = (error: unknown) => die(error instanceof Error ? error.message : String(error))
      const left = (code: number) => die(`its thread ended with ${code}`)
      const end = (ended: Effect.Effect<SweepReport, SweepFailed>) => {
        worker.off('message', told).off('error', broke).off('exit', left)
        resume(ended)
      }
      worker.on('message', told).on('error', broke).on('exit', left)
      worker.postMessage({ key: job.key, request: job.request } satisfies ThreadRequest)
    })
})
