import type { PictureGrid } from '#protocol/picture/picture.ts'
import type { FeederTree } from './feeder-tree.ts'

/**
 * The wires of a street as a page draws them: from the low side of its transformer on, or, with several feeders, from
 * what they have in common. The homes of each feeder stand at its first points, in the order of the street. What a
 * branch may carry is its rating at the nominal voltage, all phases together, whole W.
 */
export function pictureGrid(feeders: readonly { readonly tree: FeederTree; readonly homes: number }[]): PictureGrid {
  const parents: number[] = []
  const ratedW: number[] = []
  const busOfHome: number[] = []
  const hasSeveral = feeders.length > 1
  if (hasSeveral) {
    parents.push(-1)
    ratedW.push(0)
  }
  for (const { tree, homes } of feeders) {
    const head = headOf(tree)
    const busOfNode = new Map<number, number>()
    for (let node = head; node < tree.buses.length; node++) {
      const parent = tree.parent[node] as number
      if (node !== head && !busOfNode.has(parent)) continue
      busOfNode.set(node, parents.length)
      parents.push(node === head ? (hasSeveral ? 0 : -1) : (busOfNode.get(parent) as number))
      ratedW.push(ratedAt(tree, node))
    }
    const headBus = busOfNode.get(head) as number
    for (const { node } of tree.points.slice(0, homes)) busOfHome.push(busOfNode.get(node) ?? headBus)
  }
  return { parents, ratedW, busOfHome }
}

/** The low side of the transformer that all of a feeder is behind; its source where there is none. */
function headOf({ parent, branches }: FeederTree): number {
  let head = 0
  for (;;) {
    const behind = branches.flatMap((_, node) => (node !== head && parent[node] === head ? [node] : []))
    const [only] = behind
    if (only === undefined || behind.length > 1 || branches[only]?.kind !== 'transformer') return head
    head = only
  }
}

function ratedAt({ ratingA, nominalV }: FeederTree, node: number): number {
  const amps = ratingA[node] as number
  return Number.isFinite(amps) ? Math.round(3 * (nominalV[node] as number) * amps) : 0
}
