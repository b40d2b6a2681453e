import type { BookMemory } from './book-memory.ts'
import { orderLayout } from './order-pool.ts'

const { EXPIRY_WORD, ORDER_ARRIVAL, ORDER_EXPIRES } = orderLayout

/**
 * The GTD orders, soonest expiry first, then earliest arrival: a binary heap of order indexes. Each order knows its
 * place, so one that ends early leaves at once and a re-used id is never mistaken for it.
 */
export class ExpiryQueue {
  readonly #memory: BookMemory
  /** from 1 */
  #heap = new Int32Array(16)
  #size = 0

  constructor(memory: BookMemory) {
    this.#memory = memory
  }

  /** The order that expires next, 0 if there is none. */
  get first(): number {
    return this.#size === 0 ? 0 : (this.#heap[1] as number)
  }

  add(order: number): void {
    if (++this.#size === this.#heap.length) {
      const larger = new Int32Array(2 * this.#heap.length)
      larger.set(this.#heap)
      this.#heap = larger
    }
    this.#rise(order, this.#size)
  }

  /** Takes an order out that is in the queue. */
  remove(order: number): void {
    const { words } = this.#memory
    const place = words[order + EXPIRY_WORD] as number
    words[order + EXPIRY_WORD] = 0
    const last = this.#heap[this.#size--] as number
    if (last === order) return
    this.#rise(last, place)
    this.#sink(last)
  }

  #rise(order: number, place: number): void {
    let at = place
    while (at > 1) {
      const parent = this.#heap[at >> 1] as number
      if (!this.#isBefore(order, parent)) break
      this.#put(parent, at)
      at >>= 1
    }
    this.#put(order, at)
  }

  #sink(order: number): void {
    let at = this.#memory.words[order + EXPIRY_WORD] as number
    for (let child = 2 * at; child <= this.#size; child = 2 * at) {
      if (child < this.#size && this.#isBefore(this.#heap[child + 1] as number, this.#heap[child] as number)) child++
      const below = this.#heap[child] as number
      if (!this.#isBefore(below, order)) break
      this.#put(below, at)
      at = child
    }
    this.#put(order, at)
  }

  #put(order: number, place: number): void {
    this.#heap[place] = order
    this.#memory.words[order + EXPIRY_WORD] = place
  }

  #isBefore(a: number, b: number): boolean {
    const { doubles } = this.#memory
    const expiresA = doubles[(a >> 1) + ORDER_EXPIRES] as number
    const expiresB = doubles[(b >> 1) + ORDER_EXPIRES] as number
    if (expiresA !== expiresB) return expiresA < expiresB
    return (doubles[(a >> 1) + ORDER_ARRIVAL] as number) < (doubles[(b >> 1) + ORDER_ARRIVAL] as number)
  }
}
