import { parentPort } from 'node:worker_threads'
import { Effect } from 'effect'
import { openSimulation } from '../simulation/open-simulation.ts'
import { simulateStreet } from '../simulation/simulate-street.ts'
import { simulationReport } from '../simulation/simulation-report.ts'
import type { ThreadAnswer, ThreadRequest } from './simulation-thread.ts'
import { keyOf } from './sweep-jobs.ts'

/** The other side of the thread: one simulation after the other, each to its end. */
parentPort?.on('message', async ({ key, request }: ThreadRequest) => {
  const answer = (said: ThreadAnswer) => parentPort?.postMessage(said)
  try {
    const open = await Effect.runPromise(openSimulation(request))
    if (keyOf(open) !== key) {
      answer({ failure: `${open.scenario} or a file that it reads says another thing than where the sweep began` })
      return
    }
    const run = simulateStreet(open)
    for (let next = run.next(); ; next = run.next()) {
      if (next.done !== true) continue
      const { wallSeconds: _, ...report } = simulationReport(open, next.value.result, 0)
      answer({ report })
      return
    }
  } catch (error) {
    answer({ failure: error instanceof Error ? error.message : String(error) })
  }
})
