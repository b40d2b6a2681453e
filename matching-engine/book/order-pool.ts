/**
 * An order takes two cache lines: 32 words (32 bits) or 16 doubles. `…_WORD` counts words from its beginning, the
 * others doubles; what matching touches stands in the first line.
 */
export const ORDER_WORDS = 32
export const ORDER_DOUBLES = 16
export const ORDER_ID = 0
/** what can still trade, hidden part included */
export const ORDER_OPEN = 1
/** what of it is not on show (icebergs) */
export const ORDER_HIDDEN = 2
export const ORDER_FILLED = 3
export const NEXT_WORD = 8
export const PREVIOUS_WORD = 9
/** the price level in whose queue it stands; 0: in none */
export const LEVEL_WORD = 10
export const ORDER_BOOK_WORD = 11
export const ORDER_ACCOUNT_WORD = 12
/** status, side, type, time in force, prevention and flags, packed as below */
export const TRAITS_WORD = 13
export const ORDER_LANE_WORD = 14
/** its place in the expiry queue, from 1; 0: not in it */
export const EXPIRY_WORD = 15
export const ORDER_PRICE = 8
/** grows with every order that joins a queue's back */
export const ORDER_ARRIVAL = 9
export const ORDER_EXPIRES = 10
/** an iceberg's clip, a stop's stop price */
export const ORDER_EXTRA = 11
/** money that one open Wh reserves */
export const ORDER_RATE = 12

/** Traits from bit 0: status (3 bits), then as named. */
export const STATUS_MASK = 7
export const TRAIT_SIDE_SHIFT = 3
export const TRAIT_TYPE_SHIFT = 4
export const TRAIT_TIF_SHIFT = 6
export const TRAIT_STP_SHIFT = 8
export const TRAIT_POST_ONLY_BIT = 1 << 11
export const TRAIT_ICEBERG_BIT = 1 << 12

/** The orders of all books of a market, by index from 1 (0 is none): one run of memory that grows by doubling. */
export class OrderPool {
  words: Int32Array
  doubles: Float64Array
  #capacity: number
  #used = 1
  /** the first of the given-back orders, linked through NEXT_WORD */
  #free = 0

  constructor(capacity = 32) {
    const bytes = new ArrayBuffer(capacity * ORDER_DOUBLES * 8)
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
    this.#capacity = capacity
  }

  /** An order whose fields hold anything. `words` and `doubles` may be others afterwards. */
  take(): number {
    const order = this.#free
    if (order !== 0) {
      this.#free = this.words[order * ORDER_WORDS + NEXT_WORD] as number
      return order
    }
    if (this.#used === this.#capacity) this.#grow()
    return this.#used++
  }

  giveBack(order: number): void {
    this.words[order * ORDER_WORDS + NEXT_WORD] = this.#free
    this.#free = order
  }

  #grow(): void {
    this.#capacity *= 2
    const bytes = new ArrayBuffer(this.#capacity * ORDER_DOUBLES * 8)
    new Uint8Array(bytes).set(new Uint8Array(this.words.buffer))
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
  }
}
