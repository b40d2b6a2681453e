import type { TraderInput } from './trader.ts'

/** A trader may be asked about some of its slots at a time, so those before may still come. */
const KEPT_SLOTS = 96

/** What a trader remembers of each slot that still trades: one memory a slot, forgotten when its book has closed. */
export class SlotMemory<Memory> {
  readonly #bySlot = new Map<number, Memory>()

  /** The slot's memory, made where there is none. */
  of(slot: number, first: () => Memory): Memory {
    let memory = this.#bySlot.get(slot)
    if (memory === undefined) {
      memory = first()
      this.#bySlot.set(slot, memory)
    }
    return memory
  }

  /** Forgets slots long before the first one asked about: their books have closed. */
  forgetBefore(slots: TraderInput['slots']): void {
    if (this.#bySlot.size <= KEPT_SLOTS) return
    const first = slots.reduce((least, { slot }) => Math.min(least, slot), Number.POSITIVE_INFINITY)
    for (const slot of this.#bySlot.keys()) if (slot < first - KEPT_SLOTS) this.#bySlot.delete(slot)
  }
}
