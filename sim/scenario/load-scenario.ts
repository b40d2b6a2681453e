import { readdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Effect } from 'effect'
import { textOf } from '../text-file.ts'
import { buildStreet, type ScenarioFiles, type SimulatedStreet } from './build-street.ts'
import { decodeScenario } from './decode-scenario.ts'
import type { Scenario } from './scenario.ts'
import { refusable, ScenarioRefused } from './scenario-refused.ts'

const SCENARIO_BYTES_MAX = 16 * 1_048_576
/** Some years of a home, a second a line. */
const CSV_BYTES_MAX = 400 * 1_048_576

/** The street of a scenario file; paths in it start at its folder. */
export function loadScenario(file: string): Effect.Effect<SimulatedStreet, ScenarioRefused> {
  const street = refusable(() => buildStreet({ scenario: readScenario(file), file, files: scenarioFiles(file) }))
  return Effect.tap(street, ({ ready }) => ready)
}

/** What a scenario file says. Throws ScenarioRefused. */
export function readScenario(file: string): Scenario {
  const refusal = { file, field: '', expected: 'a file that can be read' }
  return decodeScenario({ file, text: attempt(() => textOf(file, SCENARIO_BYTES_MAX), refusal) })
}

/** The files that a scenario file names; paths start at its folder. */
export function scenarioFiles(file: string): ScenarioFiles {
  const folder = dirname(file)
  return {
    read: (path, field, expected = 'a CSV file that can be read') =>
      attempt(() => textOf(resolve(folder, path), CSV_BYTES_MAX), { file, field, expected }),
    csvIn: (path, field) =>
      attempt(() => readdirSync(resolve(folder, path)), { file, field, expected: 'a folder that can be read' })
        .filter((name) => name.toLowerCase().endsWith('.csv'))
        .sort(),
  }
}

function attempt<A>(
  read: () => A,
  refusal: { readonly file: string; readonly field: string; readonly expected: string },
): A {
  try {
    return read()
  } catch (error) {
    throw new ScenarioRefused({ ...refusal, value: (error as Error).message })
  }
}
