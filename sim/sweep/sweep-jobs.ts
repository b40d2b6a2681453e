import { Effect } from 'effect'
import { ScenarioRefused } from '../scenario/scenario-refused.ts'
import { type OpenSimulation, openSimulation, type SimulationRequest } from '../simulation/open-simulation.ts'
import type { SweepAxis } from './sweep-axis.ts'

/** How many runs one sweep may be. */
const JOBS_MAX = 100_000

/** One run of a sweep. */
export interface SweepJob {
  /** what it varies, by field */
  readonly varied: Readonly<Record<string, unknown>>
  readonly request: SimulationRequest
}

/** A run that was looked at: what it is called wherever it is kept, `<scenario hash>-<seed>`. */
export interface KeyedJob extends SweepJob {
  readonly key: string
}

/** All combinations of the axes' values, the last axis fastest. Throws ScenarioRefused. */
export function sweepJobs(base: SimulationRequest, axes: readonly SweepAxis[]): readonly SweepJob[] {
  const fields = axes.map(({ field }) => field)
  const twice = fields.find((field, index) => fields.indexOf(field) !== index)
  if (twice !== undefined) {
    throw new ScenarioRefused({ file: '--over', field: '', value: `${twice} twice`, expected: 'each field once' })
  }
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  if (count > JOBS_MAX) {
    throw new ScenarioRefused({ file: '--over', field: '', value: `${count}`, expected: `at most ${JOBS_MAX} runs` })
  }
  return Array.from({ length: count }, (_, index) => {
    let rest = index
    const varied: [string, unknown][] = []
    for (const { field, values } of axes.toReversed()) {
      varied.unshift([field, values[rest % values.length]])
      rest = Math.floor(rest / values.length)
    }
    return { varied: Object.fromEntries(varied), request: requestOf(base, varied) }
  })
}

/** Opens a job once to see whether it can run, and what it is. */
export const keyedJob = (job: SweepJob): Effect.Effect<KeyedJob, ScenarioRefused> =>
  Effect.map(openSimulation(job.request), (open) => ({ ...job, key: keyOf(open) }))

/** What tells a run from all others. */
export function keyOf({ scenarioHash, seed }: Pick<OpenSimulation, 'scenarioHash' | 'seed'>): string {
  return `${scenarioHash}-${seed}`
}

function requestOf(base: SimulationRequest, varied: readonly (readonly [string, unknown])[]): SimulationRequest {
  const changes: Record<string, unknown> = {}
  let request = base
  for (const [field, value] of varied) {
    if (field === 'seed' || field === 'homes' || field === 'days') {
      if (typeof value !== 'number') {
        throw new ScenarioRefused({ file: '--over', field, value: JSON.stringify(value), expected: 'whole numbers' })
      }
      request = { ...request, [field]: value }
    } else {
      changes[field] = value
    }
  }
  return Object.keys(changes).length === 0 ? request : { ...request, changes }
}
