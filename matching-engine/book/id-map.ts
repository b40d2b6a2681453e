import type { BookMemory } from './book-memory.ts'
import { orderLayout } from './order-pool.ts'

const { ID_PLACE_WORD, ORDER_ID } = orderLayout

/** From an order's id (a safe integer) to the order: open addressing with linear probing, at most half full. */
export class IdMap {
  readonly #memory: BookMemory
  #table = new Int32Array(64)
  #mask = 63
  #size = 0

  constructor(memory: BookMemory) {
    this.#memory = memory
  }

  /** The order of the id that stands at a place of an array, 0 if there is none. (A number given as such is boxed.) */
  find(ids: Float64Array, at: number): number {
    const id = ids[at] as number
    const table = this.#table
    const mask = this.#mask
    const { doubles } = this.#memory
    for (let place = hashOf(id) & mask; ; place = (place + 1) & mask) {
      const order = table[place] as number
      if (order === 0 || doubles[(order >> 1) + ORDER_ID] === id) return order
    }
  }

  /** Where an order of the id there can be put, −1 if one is known. Holds until the map is changed. */
  placeFor(ids: Float64Array, at: number): number {
    if (2 * this.#size >= this.#mask) this.#grow()
    const id = ids[at] as number
    const table = this.#table
    const mask = this.#mask
    const { doubles } = this.#memory
    for (let place = hashOf(id) & mask; ; place = (place + 1) & mask) {
      const order = table[place] as number
      if (order === 0) return place
      if (doubles[(order >> 1) + ORDER_ID] === id) return -1
    }
  }

  /** Makes a new order known, at the place that its id was given. */
  put(place: number, order: number): void {
    this.#table[place] = order
    this.#memory.words[order + ID_PLACE_WORD] = place
    this.#size++
  }

  /** Forgets an order that is known. */
  remove(order: number): void {
    const table = this.#table
    const mask = this.#mask
    const { words, doubles } = this.#memory
    let hole = words[order + ID_PLACE_WORD] as number
    this.#size--
    // Moves later ones of the run up, so that none becomes unreachable.
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const other = table[at] as number
      if (other === 0) break
      const home = hashOf(doubles[(other >> 1) + ORDER_ID] as number) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      table[hole] = other
      words[other + ID_PLACE_WORD] = hole
      hole = at
    }
    table[hole] = 0
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Int32Array(2 * old.length)
    this.#mask = this.#table.length - 1
    this.#size = 0
    const { doubles } = this.#memory
    for (const order of old) if (order !== 0) this.put(this.placeFor(doubles, (order >> 1) + ORDER_ID), order)
  }
}

/** Spreads both halves of a safe integer over 32 bits (multipliers: 2^32 / golden ratio, and an odd neighbour). */
function hashOf(id: number): number {
  const low = id | 0
  const high = (id / 4_294_967_296) | 0
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}
