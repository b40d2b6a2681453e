import type { LiveOrder, RestingPlace } from './live-order.ts'

/** The orders at one price, first come first served: a list linked through the orders, so leaving it is O(1). */
export class PriceLevel implements RestingPlace {
  readonly priceEurPerMWh: number
  #first: LiveOrder | null = null
  #last: LiveOrder | null = null

  constructor(priceEurPerMWh: number) {
    this.priceEurPerMWh = priceEurPerMWh
  }

  /** The order whose turn it is, or null if the level is empty. */
  get first(): LiveOrder | null {
    return this.#first
  }

  /** Puts an order that rests nowhere at the back of the queue. */
  append(order: LiveOrder): void {
    order.level = this
    order.previous = this.#last
    order.next = null
    if (this.#last === null) this.#first = order
    else this.#last.next = order
    this.#last = order
  }

  /** Takes an order of this level out of the queue, wherever it stands. */
  remove(order: LiveOrder): void {
    if (order.previous === null) this.#first = order.next
    else order.previous.next = order.next
    if (order.next === null) this.#last = order.previous
    else order.next.previous = order.previous
    order.level = null
    order.previous = null
    order.next = null
  }
}
