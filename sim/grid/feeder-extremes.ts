import type { FeederTree } from './feeder-tree.ts'
import type { FlowState } from './power-flow.ts'

/** How far a solved feeder went: voltages per unit of the nominal one where something is connected, loads as shares of ratings. */
export interface FeederStress {
  readonly lowestPerUnit: number
  readonly highestPerUnit: number
  /** the largest share of its rating that a line or transformer carries away from the source; 0 where none has one */
  readonly importLoading: number
  /** the same towards the source */
  readonly exportLoading: number
}

/** The lowest and the highest voltage that each bus of a feeder has had; what it holds does not grow with time. */
export class FeederExtremes {
  /** By node, of all phases, against the nominal voltage. */
  readonly lowestPerUnit: Float64Array
  readonly highestPerUnit: Float64Array
  readonly #isConnected: Uint8Array

  constructor(tree: FeederTree) {
    const count = tree.buses.length
    this.lowestPerUnit = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
    this.highestPerUnit = new Float64Array(count)
    this.#isConnected = new Uint8Array(count)
    for (const { node } of tree.points) this.#isConnected[node] = 1
  }

  /** Takes note of a solution; says how far it went. */
  note({ tree, voltage, current }: FlowState): FeederStress {
    const stride = 2 * tree.phases
    let lowestPerUnit = Number.POSITIVE_INFINITY
    let highestPerUnit = 0
    let importLoading = 0
    let exportLoading = 0
    for (let node = 0; node < tree.buses.length; node++) {
      const baseV = tree.baseV[node] as number
      let least = Number.POSITIVE_INFINITY
      let most = 0
      let largest = 0
      let power = 0
      for (let at = stride * node; at < stride * (node + 1); at += 2) {
        const re = voltage[at] as number
        const im = voltage[at + 1] as number
        const alongRe = current[at] as number
        const alongIm = current[at + 1] as number
        const square = re * re + im * im
        least = Math.min(least, square)
        most = Math.max(most, square)
        largest = Math.max(largest, alongRe * alongRe + alongIm * alongIm)
        power += re * alongRe + im * alongIm
      }
      const toPerUnit = baseV / (tree.nominalV[node] as number)
      const [lowest, highest] = [Math.sqrt(least) * toPerUnit, Math.sqrt(most) * toPerUnit]
      this.lowestPerUnit[node] = Math.min(this.lowestPerUnit[node] as number, lowest)
      this.highestPerUnit[node] = Math.max(this.highestPerUnit[node] as number, highest)
      if (this.#isConnected[node] === 1) {
        lowestPerUnit = Math.min(lowestPerUnit, lowest)
        highestPerUnit = Math.max(highestPerUnit, highest)
      }
      // The network behind the source (node 0) has no rating: its share is 0.
      const loading = Math.sqrt(largest) / baseV / (tree.ratingA[node] as number)
      if (power >= 0) importLoading = Math.max(importLoading, loading)
      else exportLoading = Math.max(exportLoading, loading)
    }
    return { lowestPerUnit, highestPerUnit, importLoading, exportLoading }
  }
}
