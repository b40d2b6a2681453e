import { parentPort } from 'node:worker_threads'
import { Effect } from 'effect'
import { openSimulation, type SimulationRequest } from '../simulation/open-simulation.ts'
import { simulateStreet } from '../simulation/simulate-street.ts'
import { simulationReport } from '../simulation/simulation-report.ts'
import type { WorkerAnswer } from './sweep-pool.ts'

/** The other side of the pool: one simulation after the other, each to its end. */
parentPort?.on('message', async (request: SimulationRequest) => {
  const answer = (said: WorkerAnswer) => parentPort?.postMessage(said)
  try {
    const open = await Effect.runPromise(openSimulation(request))
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
