import type { Side } from './book-order.ts'
import type { LiveOrder } from './live-order.ts'
import { PriceLevel } from './price-level.ts'

/** One side of a book: its levels sorted from the worst price to the best, none of them empty. */
export class BookSide {
  /** makes prices ascend from worst to best: +1 for buys, −1 for sells */
  readonly #sign: 1 | -1
  readonly #levels: PriceLevel[] = []

  constructor(side: Side) {
    this.#sign = side === 'buy' ? 1 : -1
  }

  /** The level that trades first, or undefined if the side is empty. */
  get best(): PriceLevel | undefined {
    return this.#levels.at(-1)
  }

  /** Puts an order at the back of its price's queue. */
  append(order: LiveOrder): void {
    const index = this.#indexOf(order.priceEurPerMWh)
    let level = this.#levels[index]
    if (level?.priceEurPerMWh !== order.priceEurPerMWh) {
      level = new PriceLevel(order.priceEurPerMWh)
      this.#levels.splice(index, 0, level)
    }
    level.append(order)
  }

  /** Takes a resting order of this side out, and its level with it if that is empty then. */
  remove(order: LiveOrder): void {
    const { level } = order
    if (level === null) throw new Error(`order ${order.id} does not rest`)
    level.remove(order)
    if (level.first === null) this.#levels.splice(this.#indexOf(level.priceEurPerMWh), 1)
  }

  /** The levels, best price first. The book must not change while they are read. */
  *levels(): Generator<PriceLevel> {
    for (let index = this.#levels.length - 1; index >= 0; index--) {
      const level = this.#levels[index]
      if (level !== undefined) yield level
    }
  }

  /** The orders in the order in which they trade. The book must not change while they are read. */
  *orders(): Generator<LiveOrder> {
    for (const level of this.levels()) {
      for (let order = level.first; order !== null; order = order.next) yield order
    }
  }

  /** Where a price's level is, or would have to be put: binary search. */
  #indexOf(priceEurPerMWh: number): number {
    let low = 0
    let high = this.#levels.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const price = this.#levels[middle]?.priceEurPerMWh ?? 0
      if ((price - priceEurPerMWh) * this.#sign < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
