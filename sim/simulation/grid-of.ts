import { decodeFeeder } from '../grid/decode-feeder.ts'
import { electricalZones } from '../grid/electrical-zones.ts'
import type { Feeder } from '../grid/feeder.ts'
import { FeederRefused } from '../grid/feeder-refused.ts'
import { feederTree } from '../grid/feeder-tree.ts'
import { ieeeEuropeanLv } from '../grid/feeders/ieee-european-lv.ts'
import { type StreetKind, streetFeeder, streetKinds } from '../grid/feeders/street-feeder.ts'
import { BUILT_IN_FEEDERS } from '../grid/load-feeder.ts'
import type { SimulatedHome } from '../home/simulated-home.ts'
import type { ScenarioGrid } from '../scenario/scenario-grid.ts'
import { ScenarioRefused } from '../scenario/scenario-refused.ts'
import { FeederGrid, type GridFeeder } from './feeder-grid.ts'
import { GridFees } from './grid-fees.ts'
import type { SimulationTerms } from './simulation-terms.ts'

/** The street that wires are for. */
interface GridPlace {
  readonly file: string
  readonly homes: readonly SimulatedHome[]
  readonly mechanism: SimulationTerms['mechanism']
  /** the text of a file that the scenario names; throws ScenarioRefused */
  readonly read: (path: string, field: string, expected: string) => string
}

/**
 * The wires of a scenario, and what trades pay for them: its homes on the loads of as many feeders as they need, in
 * order. Throws ScenarioRefused, naming the feeder file where that is wrong.
 */
export function gridOf(
  grid: ScenarioGrid,
  place: GridPlace,
): Pick<SimulationTerms, 'grid' | 'gridFees' | 'lossesPaidBy' | 'curtailmentEurPerMWh'> {
  try {
    const feeders = feedersOf(grid, place)
    const fees = feesOf(grid, place, feeders)
    return {
      grid: new FeederGrid(feeders, grid.control),
      ...(fees === null ? {} : { gridFees: fees }),
      ...(grid.lossesPaidBy === undefined ? {} : { lossesPaidBy: grid.lossesPaidBy }),
      ...(grid.curtailmentEurPerMWh === undefined ? {} : { curtailmentEurPerMWh: grid.curtailmentEurPerMWh }),
    }
  } catch (error) {
    if (!(error instanceof FeederRefused)) throw error
    const { file, field, value, expected } = error
    throw new ScenarioRefused({ file, field, value, expected })
  }
}

function feesOf({ fees }: ScenarioGrid, { file, mechanism }: GridPlace, feeders: readonly GridFeeder[]) {
  if (fees === undefined) return null
  if (Object.keys(fees).length === 0) {
    const expected = 'at least one of upEurPerMWhPerOhm, downEurPerMWhPerOhm, ofPrice'
    throw new ScenarioRefused({ file, field: 'grid.fees', value: '{}', expected })
  }
  if (mechanism === 'community-pool') {
    const expected = 'nothing beside a community-pool, in which nobody trades with anybody'
    throw new ScenarioRefused({ file, field: 'grid.fees', value: JSON.stringify(fees), expected })
  }
  return new GridFees(fees, electricalZones(feeders))
}

function feedersOf(grid: ScenarioGrid, place: GridPlace): readonly GridFeeder[] {
  const { feeder: name } = grid
  const { file, homes } = place
  const kind = streetKinds.find((one) => one === name)
  for (const field of ['ratedKva', 'connection'] as const) {
    if (kind !== undefined || grid[field] === undefined) continue
    const expected = `nothing beside ${name}, which says so itself`
    throw new ScenarioRefused({ file, field: `grid.${field}`, value: JSON.stringify(grid[field]), expected })
  }
  const whole = kind === undefined ? namedFeeder(name, place) : streetFeeder({ kind })
  const loads = whole.loads.length
  const { homesPerFeeder = loads } = grid
  if (loads === 0 || (kind === undefined && homesPerFeeder > loads)) {
    const expected = loads === 0 ? 'a feeder with loads' : `at most ${loads}, the loads of ${name}`
    const [field, value] = loads === 0 ? ['grid.feeder', 'one without'] : ['grid.homesPerFeeder', `${homesPerFeeder}`]
    throw new ScenarioRefused({ file, field, value, expected })
  }
  const known = new Map<number, Omit<GridFeeder, 'homes'>>()
  return Array.from({ length: Math.ceil(homes.length / homesPerFeeder) }, (_, index): GridFeeder => {
    const behind = homes.slice(index * homesPerFeeder, (index + 1) * homesPerFeeder)
    const count = behind.length
    let wires = known.get(count)
    if (wires === undefined) {
      const feeder = kind === undefined ? whole : streetOf(kind, count, grid)
      const kvarPerKw = Float64Array.from(feeder.loads, ({ pKw, qKvar }) => (pKw > 0 ? qKvar / pKw : 0))
      wires = { tree: feederTree(feeder, { file: name }), kvarPerKw }
      known.set(count, wires)
    }
    return { ...wires, homes: behind }
  })
}

function streetOf(kind: StreetKind, homes: number, { ratedKva, connection }: ScenarioGrid): Feeder {
  return streetFeeder({
    kind,
    homes,
    ...(ratedKva === undefined ? {} : { ratedKva }),
    ...(connection === undefined ? {} : { connection }),
  })
}

function namedFeeder(name: string, { read }: GridPlace): Feeder {
  if (name === 'ieee-european-lv') return ieeeEuropeanLv()
  const expected = `a file that can be read, or one of ${BUILT_IN_FEEDERS.join(', ')}`
  return decodeFeeder({ file: name, text: read(name, 'grid.feeder', expected) })
}
