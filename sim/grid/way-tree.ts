/** The ways between places of a street: a place stands behind the one on its way to place 0, where feeders meet. */
export interface WayTree {
  /** of place 0 itself */
  readonly parent: readonly number[]
  /** resistance of the way to place 0, Ω */
  readonly ohm: readonly number[]
}

/** A bus of one of the feeders. */
export interface Bus {
  readonly feeder: number
  readonly node: number
}

/** A feeder as far as its ways go: a bus stands behind the one that feeds it, and how far each is from the source, Ω. */
interface WaysOfFeeder {
  readonly parent: Int32Array
  readonly ohm: Float64Array
}

/** The ways between buses, with the buses at which they part, and nothing else; and the place of each bus. */
export function wayTree(
  buses: readonly Bus[],
  feeders: readonly WaysOfFeeder[],
): { readonly tree: WayTree; readonly placeOf: readonly number[] } {
  const [parents, ohms]: [number[], number[]] = [[0], [0]]
  const places = feeders.map(({ parent, ohm }, feeder) => {
    const wanted = new Set(buses.flatMap((bus) => (bus.feeder === feeder ? [bus.node] : [])))
    const ways = waysThrough(parent, wanted)
    const placeOf = new Int32Array(parent.length)
    for (let node = 1; node < parent.length; node++) {
      const before = placeOf[parent[node] as number] as number
      const isPlace = wanted.has(node) || (ways[node] as number) > 1
      placeOf[node] = isPlace ? parents.push(before) - 1 : before
      if (isPlace) ohms.push(ohm[node] as number)
    }
    return placeOf
  })
  return {
    tree: { parent: parents, ohm: ohms },
    placeOf: buses.map(({ feeder, node }) => places[feeder]?.[node] ?? 0),
  }
}

/** By how many of the buses that a bus feeds directly some of the wanted ones are reached. */
function waysThrough(parent: Int32Array, wanted: ReadonlySet<number>): Int32Array {
  const ways = new Int32Array(parent.length)
  for (let node = parent.length - 1; node > 0; node--) {
    const before = parent[node] as number
    if (wanted.has(node) || (ways[node] as number) > 0) ways[before] = (ways[before] as number) + 1
  }
  return ways
}

/** Where the ways of two places to place 0 meet. */
export function turnOf({ parent }: WayTree, one: number, other: number): number {
  let [a, b] = [one, other]
  while (a !== b) {
    if (a > b) a = parent[a] as number
    else b = parent[b] as number
  }
  return a
}
