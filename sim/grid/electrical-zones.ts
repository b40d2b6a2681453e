import type { FeederTree } from './feeder-tree.ts'
import { type Bus, turnOf, type WayTree, wayTree } from './way-tree.ts'

/** As many as one order book tells apart. */
const ZONES_MAX = 64
/** Zones are a bus each; where there are too many of them, so long a way each, a quarter longer until there are not, Ω. */
const FIRST_STEP_OHM = 0.005
const STEP_GROWTH = 1.25

/** A feeder of a street, and how many homes stand on its first points. */
interface ZonedFeeder {
  readonly tree: FeederTree
  readonly homes: readonly unknown[]
}

/** Where two homes of a street are from each other: the resistance of the way, up to where it turns and down again, Ω. */
interface ElectricalWay {
  readonly upOhm: number
  readonly downOhm: number
}

/** Homes by where they hang on the wires. Resistances are those of lines and transformers, at the homes' voltage. */
export interface ElectricalZones {
  readonly count: number
  /** of each home, in the order of the street */
  readonly zoneOf: Int32Array
  /** homes of one zone are told apart by less than this, Ω; 0 where each bus is a zone */
  readonly stepOhm: number
  /** the ways between zones, and the place of each zone on them */
  readonly tree: WayTree
  readonly placeOf: readonly number[]
  /** from the homes of one zone to those of another; nothing within a zone */
  readonly way: (from: number, to: number) => ElectricalWay
}

/**
 * Puts the homes of a street into at most 64 zones: one a bus; of more buses those together that are reached over the
 * same bus, so far from the source, of which it is less than a step to each of them. Feeders meet at their sources.
 */
export function electricalZones(feeders: readonly ZonedFeeder[]): ElectricalZones {
  const ways = feeders.map(({ tree }) => sourceWays(tree))
  for (let stepOhm = 0; ; stepOhm = stepOhm === 0 ? FIRST_STEP_OHM : STEP_GROWTH * stepOhm) {
    const heads: Bus[] = []
    const known = new Map<string, number>()
    const zoneOf = feeders.flatMap(({ tree, homes }, feeder) =>
      homes.map((_, point) => {
        const node = headOf(tree, ways[feeder] as Float64Array, { node: nodeOf(tree, point), stepOhm })
        const name = `${feeder} ${node}`
        const zone = known.get(name) ?? heads.push({ feeder, node }) - 1
        known.set(name, zone)
        return zone
      }),
    )
    // A step longer than any way leaves one zone a feeder; of more feeders than zones the last ones share one.
    const isLongest = stepOhm > Math.max(...ways.flatMap((ohm) => [...ohm]))
    if (heads.length > ZONES_MAX && !isLongest) continue
    const count = Math.min(heads.length, ZONES_MAX)
    const { tree, placeOf } = wayTree(
      heads.slice(0, count),
      feeders.map(({ tree: { parent } }, feeder) => ({ parent, ohm: ways[feeder] as Float64Array })),
    )
    const way = (from: number, to: number) => wayBetween(tree, placeOf[from] as number, placeOf[to] as number)
    return { count, zoneOf: Int32Array.from(zoneOf, (zone) => Math.min(zone, count - 1)), stepOhm, tree, placeOf, way }
  }
}

/** The resistance from the source to each node, Ω at the voltage of the homes. */
function sourceWays(tree: FeederTree): Float64Array {
  const homeV = tree.baseV[tree.points[0]?.node ?? 0] as number
  const ohm = new Float64Array(tree.buses.length)
  for (let node = 1; node < ohm.length; node++) {
    ohm[node] = (ohm[tree.parent[node] as number] as number) + (tree.z1[2 * node] as number) * homeV ** 2
  }
  return ohm
}

function nodeOf(tree: FeederTree, point: number): number {
  const found = tree.points[point]
  if (found === undefined) throw new RangeError(`the feeder has ${tree.points.length} loads, not ${point + 1}`)
  return found.node
}

/** The nearest bus on the way to the source at which another step begins; without steps the bus itself. */
function headOf(tree: FeederTree, ways: Float64Array, from: { readonly node: number; readonly stepOhm: number }) {
  const { stepOhm } = from
  if (stepOhm === 0) return from.node
  const stepsTo = (node: number) => Math.floor((ways[node] as number) / stepOhm)
  let { node } = from
  while (node !== 0 && stepsTo(node) === stepsTo(tree.parent[node] as number)) node = tree.parent[node] as number
  return node
}

function wayBetween(tree: WayTree, from: number, to: number): ElectricalWay {
  const turnOhm = tree.ohm[turnOf(tree, from, to)] as number
  return { upOhm: (tree.ohm[from] as number) - turnOhm, downOhm: (tree.ohm[to] as number) - turnOhm }
}
