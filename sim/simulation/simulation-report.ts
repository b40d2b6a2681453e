import { hashOf } from './hash-of.ts'
import type { OpenSimulation } from './open-simulation.ts'
import type { SimulationResult } from './simulation-result.ts'

/** What `simulate --json` prints. */
export interface SimulationReport extends SimulationResult {
  readonly scenario: string
  readonly scenarioHash: string
  readonly seed: number
  readonly wallSeconds: number
  /** SHA-256 of everything else but `wallSeconds` */
  readonly resultHash: string
}

/** A run's result with what it was of. */
export function simulationReport(
  open: Pick<OpenSimulation, 'scenario' | 'scenarioHash' | 'seed'>,
  result: SimulationResult,
  wallSeconds: number,
): SimulationReport {
  const { scenario, scenarioHash, seed } = open
  const { homes, slots, ...figures } = result
  const resultHash = hashOf({ scenario, scenarioHash, seed, ...result })
  return { scenario, scenarioHash, seed, homes, slots, wallSeconds, ...figures, resultHash }
}
