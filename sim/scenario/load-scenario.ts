import { readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Effect } from 'effect'
import { buildStreet, type ScenarioFiles, type SimulatedStreet } from './build-street.ts'
import { decodeScenario } from './decode-scenario.ts'
import { refusable, ScenarioRefused } from './scenario-refused.ts'

/** The street of a scenario file; paths in it start at its folder. */
export function loadScenario(file: string): Effect.Effect<SimulatedStreet, ScenarioRefused> {
  return refusable(() => {
    const text = attempt(() => readFileSync(file, 'utf8'), { file, field: '', expected: 'a file that can be read' })
    const folder = dirname(file)
    const files: ScenarioFiles = {
      read: (path, field) =>
        attempt(() => readFileSync(resolve(folder, path), 'utf8'), {
          file,
          field,
          expected: 'a CSV file that can be read',
        }),
      csvIn: (path, field) =>
        attempt(() => readdirSync(resolve(folder, path)), { file, field, expected: 'a folder that can be read' })
          .filter((name) => name.toLowerCase().endsWith('.csv'))
          .sort(),
    }
    return buildStreet({ scenario: decodeScenario({ file, text }), file, files })
  })
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
