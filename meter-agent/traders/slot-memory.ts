import type { TraderInput } from './trader.ts'

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

  /** Forgets what is before the first slot asked about. */
  forgetBefore(slots: TraderInput['slots']): void {
    if (slots.length >= this.#bySlot.size) return
    const first = slots.reduce((least, { slot }) => Math.min(least, slot), Number.POSITIVE_INFINITY)
    for (const slot of this.#bySlot.keys()) if (slot < first) this.#bySlot.delete(slot)
  }
}
