import { decodeFeeder } from '../grid/decode-feeder.ts'
import type { Feeder } from '../grid/feeder.ts'
import { FeederRefused } from '../grid/feeder-refused.ts'
import { feederTree } from '../grid/feeder-tree.ts'
import { ieeeEuropeanLv } from '../grid/feeders/ieee-european-lv.ts'
import { type StreetKind, streetFeeder, streetKinds } from '../grid/feeders/street-feeder.ts'
import { BUILT_IN_FEEDERS } from '../grid/load-feeder.ts'
import type { ScenarioGrid } from '../scenario/scenario-grid.ts'
import { ScenarioRefused } from '../scenario/scenario-refused.ts'
import { FeederGrid, type GridFeeder } from './feeder-grid.ts'
import type { StreetGrid } from './street-grid.ts'

/** The street that wires are for. */
interface GridPlace {
  readonly file: string
  readonly homes: number
  /** the text of a file that the scenario names; throws ScenarioRefused */
  readonly read: (path: string, field: string, expected: string) => string
}

/**
 * The wires of a scenario: its homes on the loads of as many feeders as they need, in order. Throws ScenarioRefused,
 * naming the feeder file where that is wrong.
 */
export function gridOf(grid: ScenarioGrid, place: GridPlace): StreetGrid {
  try {
    return new FeederGrid(feedersOf(grid, place))
  } catch (error) {
    if (!(error instanceof FeederRefused)) throw error
    const { file, field, value, expected } = error
    throw new ScenarioRefused({ file, field, value, expected })
  }
}

function feedersOf(grid: ScenarioGrid, place: GridPlace): readonly GridFeeder[] {
  const { feeder: name, connection } = grid
  const { file, homes } = place
  const kind = streetKinds.find((one) => one === name)
  if (kind === undefined && connection !== undefined) {
    const expected = `nothing beside ${name}, which says itself how its loads are connected`
    throw new ScenarioRefused({ file, field: 'grid.connection', value: JSON.stringify(connection), expected })
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
  return Array.from({ length: Math.ceil(homes / homesPerFeeder) }, (_, index): GridFeeder => {
    const count = Math.min(homesPerFeeder, homes - index * homesPerFeeder)
    let wires = known.get(count)
    if (wires === undefined) {
      const feeder = kind === undefined ? whole : streetOf(kind, count, connection)
      const kvarPerKw = Float64Array.from(feeder.loads, ({ pKw, qKvar }) => (pKw > 0 ? qKvar / pKw : 0))
      wires = { tree: feederTree(feeder, { file: name }), kvarPerKw }
      known.set(count, wires)
    }
    return { ...wires, homes: count }
  })
}

function streetOf(kind: StreetKind, homes: number, connection: ScenarioGrid['connection']): Feeder {
  return streetFeeder({ kind, homes, ...(connection === undefined ? {} : { connection }) })
}

function namedFeeder(name: string, { read }: GridPlace): Feeder {
  if (name === 'ieee-european-lv') return ieeeEuropeanLv()
  const expected = `a file that can be read, or one of ${BUILT_IN_FEEDERS.join(', ')}`
  return decodeFeeder({ file: name, text: read(name, 'grid.feeder', expected) })
}
