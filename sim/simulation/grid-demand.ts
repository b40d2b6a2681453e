import type { StoreFlow } from './store-flow.ts'

/**
 * How much of a home's demand the grid has met, also by way of its battery and car: what they were charged with from
 * the grid and what from the sun is kept apart, mixes in them, and leaves them in the proportion in which it is there.
 * What they held at the beginning counts as the home's own.
 */
export class GridDemand {
  #metJ = 0
  #storedJ = 0

  /** J so far. */
  get metJ(): number {
    return this.#metJ
  }

  /** Adds a slot: what was imported (J), of which `gridShare` came from the grid and the rest from neighbours. */
  add(slot: { readonly importJ: number; readonly gridShare: number; readonly store: StoreFlow }): void {
    const { importJ, gridShare, store } = slot
    this.#metJ += (importJ - store.inFromImportJ) * gridShare
    const heldJ = store.storedJ + store.inJ
    if (heldJ <= 0) return
    const gridJ = this.#storedJ + store.inFromImportJ * gridShare
    this.#metJ += (gridJ * store.outJ) / heldJ
    this.#storedJ = (gridJ * Math.max(0, heldJ - store.outJ - store.lossJ)) / heldJ
  }
}
