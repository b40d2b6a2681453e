import type { WireTree } from './wire-tree.ts'

/**
 * What each stretch of wire carries by the homes' own readings, W, + away from the transformer: the sum of all homes
 * beyond it (Kirchhoff, without losses). `into` has a place for each node; [0] becomes what the transformer carries.
 * Homes that are overdue count with their last reading.
 */
export function wireLoads(tree: WireTree, powersW: ArrayLike<number>, into: Float64Array): void {
  into.fill(0)
  tree.nodeOfHome.forEach((node, home) => {
    into[node] = (into[node] as number) + (powersW[home] ?? 0)
  })
  for (let node = into.length - 1; node > 0; node--) {
    const parent = tree.parent[node] as number
    into[parent] = (into[parent] as number) + (into[node] as number)
  }
}

/** How full a wire is: 1 is its limit. Null where none is known. */
export function loading(powerW: number, ratedW: number): number | null {
  return ratedW > 0 ? Math.abs(powerW) / ratedW : null
}
