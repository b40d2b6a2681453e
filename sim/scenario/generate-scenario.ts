import type { Effect } from 'effect'
import { buildStreet, type SimulatedStreet } from './build-street.ts'
import { decodeScenario } from './decode-scenario.ts'
import { refusable, ScenarioRefused } from './scenario-refused.ts'

/** When a generated street begins unless told otherwise: 2026-06-21T06:00:00Z, a summer morning. */
export const GENERATED_START_MS = Date.UTC(2026, 5, 21, 6)

const MINUTE_MS = 60_000

/**
 * A street drawn from a seed: homes `home-01`, `home-02`, …, six in ten with a roof of 4–10 kWp, four in ten of
 * those with a battery of 5–10 kWh. The same seed gives the same street; a home more changes nothing for the others.
 * `startMs` (Unix ms) is taken down to a whole minute. Refuses homes outside 1 to 200 and seeds that are not whole.
 */
export function generateScenario(options: {
  readonly homes: number
  readonly seed: number
  readonly startMs?: number
  readonly neighbourhood?: string
}): Effect.Effect<SimulatedStreet, ScenarioRefused> {
  const { homes, seed, startMs = GENERATED_START_MS, neighbourhood = 'street' } = options
  const file = 'generated street'
  return refusable(() => {
    if (!Number.isSafeInteger(startMs)) {
      throw new ScenarioRefused({ file, field: 'startMs', value: String(startMs), expected: 'whole Unix ms' })
    }
    const start = new Date(Math.floor(startMs / MINUTE_MS) * MINUTE_MS).toISOString()
    const text = JSON.stringify({ neighbourhood, start, seed, homes: { generate: { homes } } })
    const noFiles = () => {
      throw new RangeError('a generated street reads no files')
    }
    return buildStreet({ scenario: decodeScenario({ file, text }), file, files: { read: noFiles, csvIn: noFiles } })
  })
}
