import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../gallery')

/** The names of the scenarios that come along. */
export function builtInScenarios(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort()
}

/** The file of a scenario that comes along; null if none is called that. */
export function builtInScenario(name: string): string | null {
  return builtInScenarios().includes(name) ? join(folder, `${name}.json`) : null
}
