import type { WireTree } from './wire-tree.ts'

/**
 * A line out of the transformer as a street: cells on both sides of it, counted along the way. Places are in cells from
 * the transformer's end; sides are −1 and 1; `lane` 0 is the main line, side lines run beside it in lanes of their own.
 */
interface FeederCells {
  /** the nodes of this line in the order they were laid, the first hangs on the transformer */
  readonly nodes: readonly number[]
  /** cells on the longer side, with room for a few more homes */
  readonly length: number
}

/** Where everything of a street is, in cells. */
export interface StreetCells {
  readonly feeders: readonly FeederCells[]
  readonly feederOfNode: Int32Array
  readonly alongOfNode: Float64Array
  readonly laneOfNode: Int8Array
  readonly sideOfNode: Int8Array
  readonly alongOfHome: Float64Array
  readonly sideOfHome: Int8Array
}

/** Deeper side lines than these share the last lane. */
const LANES_MAX = 3

/**
 * Gives every home a cell on a side of its line: always on the side that is less far, so that house numbers alternate;
 * a side line keeps to the side where it left.
 */
export function streetCells(tree: WireTree): StreetCells {
  const nodes = tree.parent.length
  const homes = tree.nodeOfHome.length
  const cells = {
    feederOfNode: new Int32Array(nodes).fill(-1),
    alongOfNode: new Float64Array(nodes),
    laneOfNode: new Int8Array(nodes),
    sideOfNode: new Int8Array(nodes),
    alongOfHome: new Float64Array(homes),
    sideOfHome: new Int8Array(homes),
  }
  const feeders = (tree.next[0] as readonly number[]).map((first, feeder): FeederCells => {
    const laid: number[] = []
    const cursor = { left: 0, right: 0 }
    const take = (side: -1 | 1, from: number): number => {
      const at = Math.max(side < 0 ? cursor.left : cursor.right, Math.floor(from) - 1)
      if (side < 0) cursor.left = at + 1
      else cursor.right = at + 1
      return at + 0.5
    }
    const shorter = (): -1 | 1 => (cursor.left <= cursor.right ? -1 : 1)
    const lay = (line: { readonly first: number; readonly side: -1 | 0 | 1; readonly lane: number }) => {
      let along = tree.parent[line.first] === 0 ? 0 : (cells.alongOfNode[tree.parent[line.first] as number] as number)
      for (let node: number | undefined = line.first; node !== undefined; ) {
        laid.push(node)
        cells.feederOfNode[node] = feeder
        cells.laneOfNode[node] = line.lane
        cells.sideOfNode[node] = line.side
        const own = tree.homes[node] as readonly number[]
        const on = tree.next[node] as readonly number[]
        let placed = false
        for (const home of own) {
          const side = line.side === 0 ? shorter() : line.side
          const at = take(side, along)
          // Slightly staggered, so that each side has its own rhythm.
          cells.alongOfHome[home] = at + (side > 0 ? 0.36 : 0)
          cells.sideOfHome[home] = side
          if (!placed) along = Math.max(along, cells.alongOfHome[home] as number)
          placed = true
        }
        if (!placed) along = Math.max(along, Math.min(cursor.left, cursor.right) + 0.2)
        cells.alongOfNode[node] = along
        for (const branch of on.slice(0, -1)) {
          const side = line.side === 0 ? shorter() : line.side
          lay({ first: branch, side, lane: Math.min(LANES_MAX, line.lane + 1) })
        }
        node = on.at(-1)
      }
    }
    lay({ first, side: 0, lane: 0 })
    return { nodes: laid, length: withRoom(Math.max(cursor.left, cursor.right)) }
  })
  return { feeders, ...cells }
}

/** Room for a few homes more, so that one more moves nobody: none up to four cells, then even lengths, then steps of a sixteenth. */
export function withRoom(cells: number): number {
  if (cells <= 4) return Math.max(1, cells)
  if (cells <= 32) return 2 * Math.ceil(cells / 2)
  const step = 2 ** Math.floor(Math.log2(cells) - 4)
  return Math.ceil(cells / step) * step
}
