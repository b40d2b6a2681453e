import type { IdMap } from './id-map.ts'
import { ORDER_DOUBLES, ORDER_ID, type OrderPool } from './order-pool.ts'

/**
 * The latest orders that have ended: they keep their place in memory, so that it is known what became of an id,
 * until `limit` later ones have ended; then their place is taken by new orders.
 */
export class ClosedOrders {
  readonly #orders: OrderPool
  readonly #ids: IdMap
  readonly #limit: number
  readonly #onForget: ((id: number) => void) | null
  #ring = new Int32Array(32)
  #first = 0
  #size = 0

  constructor(options: {
    readonly orders: OrderPool
    readonly ids: IdMap
    readonly limit: number
    readonly onForget: ((id: number) => void) | null
  }) {
    this.#orders = options.orders
    this.#ids = options.ids
    this.#limit = options.limit
    this.#onForget = options.onForget
  }

  add(order: number): void {
    if (this.#size === this.#limit) this.#forgetFirst()
    else if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#first + this.#size) & (this.#ring.length - 1)] = order
    this.#size++
  }

  /** From the one that ended first. */
  *[Symbol.iterator](): Generator<number> {
    for (let n = 0; n < this.#size; n++) yield this.#ring[(this.#first + n) & (this.#ring.length - 1)] as number
  }

  #forgetFirst(): void {
    const order = this.#ring[this.#first] as number
    this.#first = (this.#first + 1) & (this.#ring.length - 1)
    this.#size--
    if (this.#ids.remove(order) && this.#onForget !== null) {
      this.#onForget(this.#orders.doubles[order * ORDER_DOUBLES + ORDER_ID] as number)
    }
    this.#orders.giveBack(order)
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#ring.length)
    let n = 0
    for (const order of this) larger[n++] = order
    this.#ring = larger
    this.#first = 0
  }
}
