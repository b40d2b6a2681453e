import { hash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { Effect } from 'effect'
import { lateSolver } from '../planner/late-solver.ts'
import type { Solver } from '../planner/linear-program.ts'
import { buildStreet, type ScenarioFiles, type SimulatedStreet } from '../scenario/build-street.ts'
import { decodeScenario } from '../scenario/decode-scenario.ts'
import { readScenario, scenarioFiles } from '../scenario/load-scenario.ts'
import { HOMES_MAX, type Scenario } from '../scenario/scenario.ts'
import { refusable, ScenarioRefused } from '../scenario/scenario-refused.ts'
import { builtInScenario, builtInScenarios } from './built-in-scenarios.ts'
import { gridOf } from './grid-of.ts'
import { hashOf } from './hash-of.ts'
import type { SimulationTerms } from './simulation-terms.ts'
import { termsOf } from './terms-of.ts'

/** The scenario that is simulated if none is named. */
const DEFAULT_SCENARIO = 'street'
/** Ten years: beyond, nothing of a scenario is true any more. */
const DAYS_MAX = 3_660
const SLOTS_PER_DAY = 96
const SLOT_MS = 86_400_000 / SLOTS_PER_DAY
/** The largest street and the longest time whose best is computed: a larger linear program takes minutes. */
const CEILING_HOMES_MAX = 100
const CEILING_DAYS_MAX = 7

/** What somebody wants to see simulated; what is left out is the scenario's, one day. */
export interface SimulationRequest {
  /** a file, or the name of a scenario that comes along */
  readonly scenario?: string | undefined
  /** of a generated street */
  readonly homes?: number | undefined
  readonly days?: number | undefined
  readonly seed?: number | undefined
  /** fields of the scenario to say something else, by their paths: `market.mechanism` */
  readonly changes?: Readonly<Record<string, unknown>> | undefined
  /** `computed`: the best that could be is computed, too */
  readonly ceiling?: 'computed' | undefined
}

/** A simulation ready to run. */
export interface OpenSimulation {
  /** as it was asked for */
  readonly scenario: string
  /** of the scenario as it is simulated, of the files it reads and of the time it spans, without the seed */
  readonly scenarioHash: string
  readonly seed: number
  readonly slots: number
  readonly street: SimulatedStreet
  readonly terms: SimulationTerms
  /** what computes the best that could be; null where it is not asked for */
  readonly ceiling: Solver | null
}

/** Reads a scenario and builds its street. */
export function openSimulation(request: SimulationRequest): Effect.Effect<OpenSimulation, ScenarioRefused> {
  const solver = request.ceiling === undefined ? null : lateSolver()
  const opened = refusable((): OpenSimulation => {
    const name = request.scenario ?? DEFAULT_SCENARIO
    const file = fileOf(name)
    const scenario = fromSlot(changed(name, readScenario(file), request))
    const slots = slotsOf(request.days ?? 1)
    const digests: Record<string, string> = {}
    const files = hashing(scenarioFiles(file), digests)
    const street = buildStreet({ scenario, file: name, files, homesMax: HOMES_MAX })
    if (solver !== null) refuseLarge(street.homes.length, slots / SLOTS_PER_DAY)
    const terms = termsOf(scenario.market, street.tariff)
    const place = { file: name, homes: street.homes, read: files.read, mechanism: terms.mechanism }
    const wires = scenario.grid === undefined ? {} : gridOf(scenario.grid, place)
    const { seed: _, ...seedless } = scenario
    const scenarioHash = hashOf({ scenario: seedless, files: digests, slots })
    return {
      scenario: name,
      scenarioHash,
      seed: street.seed,
      slots,
      street,
      terms: { ...terms, ...wires },
      ceiling: solver?.solve ?? null,
    }
  })
  return Effect.tap(opened, ({ street }) =>
    solver === null ? street.ready : Effect.andThen(street.ready, solver.open),
  )
}

/** From the first slot that begins then or later: nothing that is told of a run lies before it. */
function fromSlot(scenario: Scenario): Scenario {
  const startMs = Date.parse(scenario.start)
  if (Number.isNaN(startMs)) return scenario // refused where the street is built
  return { ...scenario, start: new Date(Math.ceil(startMs / SLOT_MS) * SLOT_MS).toISOString() }
}

/** A linear program grows with homes and days. */
function refuseLarge(homes: number, days: number): void {
  const refuse = (value: string, expected: string) => {
    throw new ScenarioRefused({ file: '--ceiling', field: '', value, expected })
  }
  if (homes > CEILING_HOMES_MAX) refuse(`${homes}`, `at most ${CEILING_HOMES_MAX} homes`)
  if (days > CEILING_DAYS_MAX) refuse(`${days}`, `at most ${CEILING_DAYS_MAX} days`)
}

/** A file goes before a name: whoever has a file called `street` means it. A folder does not: `start --data street`. */
function fileOf(name: string): string {
  const builtIn = builtInScenario(name)
  if (existsSync(name) && (builtIn === null || !statSync(name).isDirectory())) return name
  if (builtIn !== null) return builtIn
  const names = builtInScenarios().join(', ')
  throw new ScenarioRefused({
    file: name,
    field: '',
    value: JSON.stringify(name),
    expected: `a file that can be read, or one of ${names}`,
  })
}

function slotsOf(days: number): number {
  if (Number.isSafeInteger(days) && days >= 1 && days <= DAYS_MAX) return days * SLOTS_PER_DAY
  throw new ScenarioRefused({ file: '--days', field: '', value: `${days}`, expected: `1 to ${DAYS_MAX} whole days` })
}

/** The scenario as it is asked for: a field that is not the scenario's is refused like one of its file. */
function changed(name: string, scenario: Scenario, { homes, seed, changes = {} }: SimulationRequest): Scenario {
  const all: Record<string, unknown> = { ...changes }
  if (homes !== undefined) {
    if (!('generate' in scenario.homes)) {
      const value = 'one whose homes are named'
      throw new ScenarioRefused({ file: '--homes', field: '', value, expected: 'a scenario whose homes are generated' })
    }
    all['homes.generate.homes'] = homes
  }
  if (seed !== undefined) all.seed = seed
  if (Object.keys(all).length === 0) return scenario
  const copy: Record<string, unknown> = structuredClone(scenario)
  for (const [path, value] of Object.entries(all)) put(copy, path.split('.'), value)
  return decodeScenario({ file: name, text: JSON.stringify(copy) })
}

function put(target: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  const inner = Object.hasOwn(target, key) ? target[key] : undefined
  const next: unknown =
    rest.length === 0 ? value : putInto(typeof inner === 'object' && inner !== null ? inner : {}, rest, value)
  // A field of any name, such as __proto__: the scenario's schema refuses it.
  Object.defineProperty(target, key, { value: next, enumerable: true, configurable: true, writable: true })
}

function putInto(target: object, path: readonly string[], value: unknown): object {
  put(target as Record<string, unknown>, path, value)
  return target
}

/** Notes what each file said, and which files a folder held. */
function hashing(files: ScenarioFiles, digests: Record<string, string>): ScenarioFiles {
  return {
    read: (path, field, expected) => {
      const text = files.read(path, field, expected)
      digests[path] = hash('sha256', text)
      return text
    },
    csvIn: files.csvIn,
  }
}
