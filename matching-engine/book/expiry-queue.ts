import type { LiveOrder } from './live-order.ts'

/**
 * The resting GTD orders, soonest expiry first, then earliest arrival: a binary heap of the orders themselves.
 * Each knows its place, so one that closes early leaves at once and a re-used id is never mistaken for it.
 */
export class ExpiryQueue {
  readonly #heap: LiveOrder[] = []

  /** The order that expires next. */
  get first(): LiveOrder | undefined {
    return this.#heap[0]
  }

  add(order: LiveOrder): void {
    order.expiryIndex = this.#heap.length
    this.#heap.push(order)
    this.#rise(order)
  }

  /** Takes an order out; does nothing if it is not in the queue. */
  remove(order: LiveOrder): void {
    if (order.expiryIndex < 0) return
    const index = order.expiryIndex
    order.expiryIndex = -1
    const last = this.#heap.pop()
    if (last === undefined || last === order) return
    this.#put(last, index)
    this.#rise(last)
    this.#sink(last)
  }

  #rise(order: LiveOrder): void {
    while (order.expiryIndex > 0) {
      const parentIndex = (order.expiryIndex - 1) >> 1
      const parent = this.#heap[parentIndex]
      if (parent === undefined || !before(order, parent)) return
      this.#put(parent, order.expiryIndex)
      this.#put(order, parentIndex)
    }
  }

  #sink(order: LiveOrder): void {
    for (;;) {
      const childIndex = 2 * order.expiryIndex + 1
      const left = this.#heap[childIndex]
      const right = this.#heap[childIndex + 1]
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left
      if (child === undefined || !before(child, order)) return
      const { expiryIndex } = child
      this.#put(child, order.expiryIndex)
      this.#put(order, expiryIndex)
    }
  }

  #put(order: LiveOrder, index: number): void {
    this.#heap[index] = order
    order.expiryIndex = index
  }
}

function before(one: LiveOrder, other: LiveOrder): boolean {
  return one.expiresAtMs < other.expiresAtMs || (one.expiresAtMs === other.expiresAtMs && one.arrival < other.arrival)
}
