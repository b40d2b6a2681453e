import { type OrderPool, orderLayout } from './order-pool.ts'

const { ORDER_DOUBLES, ORDER_ID } = orderLayout

/** From an order's id (a safe integer) to its index: open addressing with linear probing, at most half full. */
export class IdMap {
  readonly #pool: OrderPool
  #table = new Int32Array(64)
  #mask = 63
  #size = 0

  constructor(pool: OrderPool) {
    this.#pool = pool
  }

  /** The order of this id, 0 if there is none. */
  find(id: number): number {
    const table = this.#table
    const { doubles } = this.#pool
    for (let at = hashOf(id) & this.#mask; ; at = (at + 1) & this.#mask) {
      const order = table[at] as number
      if (order === 0 || doubles[order * ORDER_DOUBLES + ORDER_ID] === id) return order
    }
  }

  /** Where an order of this id can be put, −1 if one is known. Holds until the map is changed. */
  placeFor(id: number): number {
    if (2 * this.#size >= this.#mask) this.#grow()
    const table = this.#table
    const mask = this.#mask
    const { doubles } = this.#pool
    for (let at = hashOf(id) & mask; ; at = (at + 1) & mask) {
      const order = table[at] as number
      if (order === 0) return at
      if (doubles[order * ORDER_DOUBLES + ORDER_ID] === id) return -1
    }
  }

  /** Makes a new order known, at the place that its id was given. */
  put(place: number, order: number): void {
    this.#table[place] = order
    this.#size++
  }

  /** Forgets an order that is known. */
  remove(order: number): void {
    const table = this.#table
    const mask = this.#mask
    const { doubles } = this.#pool
    let hole = hashOf(doubles[order * ORDER_DOUBLES + ORDER_ID] as number) & mask
    while (table[hole] !== order) hole = (hole + 1) & mask
    this.#size--
    // Moves later ones of the run up, so that none becomes unreachable.
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const other = table[at] as number
      if (other === 0) break
      const home = hashOf(doubles[other * ORDER_DOUBLES + ORDER_ID] as number) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      table[hole] = other
      hole = at
    }
    table[hole] = 0
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Int32Array(2 * old.length)
    this.#mask = this.#table.length - 1
    this.#size = 0
    for (const order of old) {
      if (order !== 0) this.put(this.placeFor(this.#pool.doubles[order * ORDER_DOUBLES + ORDER_ID] as number), order)
    }
  }
}

/** Spreads both halves of a safe integer over 32 bits (multipliers: 2^32 / golden ratio, and an odd neighbour). */
function hashOf(id: number): number {
  const low = id | 0
  const high = (id / 4_294_967_296) | 0
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}
