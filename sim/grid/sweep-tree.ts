import type { FeederTree } from './feeder-tree.ts'

/**
 * The buses that a power flow sweeps over, all of a feeder or those that matter: parents stand before their children,
 * bus 0 is the source. What feeds the source, its electromotive force, has the place behind the last bus. Impedances as
 * in FeederTree.
 */
export interface SweepTree {
  readonly parent: Int32Array
  readonly z1: Float64Array
  readonly zMutual: Float64Array
  readonly isDelta: Uint8Array
  /** The node of the feeder that each one is. */
  readonly nodes: Int32Array
  /** For each branch of the feeder the one here whose current is its current; −1 where none flows. */
  readonly carrier: Int32Array
}

/** What a sweep works on: bus × phase × real and imaginary part, per unit as in FeederTree. */
export interface SweepArrays {
  readonly current: Float64Array
  /** One place longer: there the electromotive force stands. */
  readonly voltage: Float64Array
}

/** Both directions of a sweep (Shirmohammadi et al. 1988). */
export interface Sweep {
  /** Sums the currents of the loads towards the source, in place. */
  readonly backward: (tree: SweepTree, arrays: SweepArrays) => void
  /** Sets the voltages by the currents, from the source on. */
  readonly forward: (tree: SweepTree, arrays: SweepArrays) => void
}

/** Every bus of a feeder. */
export function wholeTree(tree: FeederTree): SweepTree {
  const { z1, zMutual, isDelta } = tree
  const nodes = Int32Array.from(tree.parent, (_, node) => node)
  const parent = tree.parent.slice()
  parent[0] = nodes.length
  return { parent, z1, zMutual, isDelta, nodes, carrier: nodes }
}
