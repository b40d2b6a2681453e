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

/** Simulates one run after the other, each to its end; interrupted, it leaves off. */
export type SimulationThread = (job: KeyedJob) => Effect.Effect<SweepReport, SweepFailed>

const program = new URL('./sweep-worker.ts', import.meta.url)

/** A thread that lives as long as the scope. One that dies, or was left off, is replaced at the next run. */
export const simulationThread: Effect.Effect<SimulationThread, never, Scope.Scope> = Effect.gen(function* () {
  let alive: Worker | null = null
  let hear: (said: ThreadAnswer) => void = () => {}
  const start = (): Worker => {
    const worker = new Worker(program)
    const die = (why: string) => {
      if (alive !== worker) return
      alive = null
      hear({ failure: why })
    }
    worker.on('message', (said: ThreadAnswer) => alive === worker && hear(said))
    worker.on('error', (error) => die(error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => die(`its thread ended with ${code}`))
    return worker
  }
  const leaveOff = Effect.promise(async () => {
    const worker = alive
    alive = null
    hear = () => {}
    await worker?.terminate()
  })
  yield* Effect.addFinalizer(() => leaveOff)
  return ({ key, varied, request }) =>
    Effect.callback<SweepReport, SweepFailed>((resume) => {
      alive ??= start()
      hear = (said) => {
        hear = () => {}
        if ('report' in said) resume(Effect.succeed(said.report))
        else resume(Effect.fail(new SweepFailed({ varied, reason: said.failure })))
      }
      alive.postMessage({ key, request } satisfies ThreadRequest)
      return leaveOff
    })
})
