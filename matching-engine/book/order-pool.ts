import type { BookMemory } from './book-memory.ts'

/**
 * An order takes two cache lines. `…_WORD` counts words from its beginning, the others doubles; what matching touches
 * stands in the first line.
 */
const ORDER_WORDS = 32
const ORDER_ID = 0
/** what can still trade, hidden part included */
const ORDER_OPEN = 1
/** what of it is not on show (icebergs) */
const ORDER_HIDDEN = 2
const ORDER_FILLED = 3
const NEXT_WORD = 8
const PREVIOUS_WORD = 9
/** the price level in whose queue it stands; 0: in none */
const LEVEL_WORD = 10
const ORDER_BOOK_WORD = 11
const ORDER_ACCOUNT_WORD = 12
/** status, side, type, time in force, prevention and flags, packed as below */
const TRAITS_WORD = 13
/** its place in the table of ids */
const ID_PLACE_WORD = 14
/** its place in the expiry queue, from 1; 0: not in it */
const EXPIRY_WORD = 15
const ORDER_PRICE = 8
/** grows with every order that joins a queue's back */
const ORDER_ARRIVAL = 9
const ORDER_EXPIRES = 10
/** an iceberg's clip, a stop's stop price */
const ORDER_EXTRA = 11
/** money that one open Wh reserves */
const ORDER_RATE = 12
const ORDER_LANE_WORD = 26

/** Traits from bit 0: status (3 bits), then as named. */
const STATUS_MASK = 7
const TRAIT_SIDE_SHIFT = 3
const TRAIT_TYPE_SHIFT = 4
const TRAIT_TIF_SHIFT = 6
const TRAIT_STP_SHIFT = 8
const TRAIT_POST_ONLY_BIT = 1 << 11
const TRAIT_ICEBERG_BIT = 1 << 12

/**
 * All of it, for other files. An object, because V8 folds the constants of a file but loads those of another from memory
 * at each use: whoever reads it takes what it needs out into constants of its own.
 */
export const orderLayout = {
  ORDER_WORDS,
  ORDER_ID,
  ORDER_OPEN,
  ORDER_HIDDEN,
  ORDER_FILLED,
  NEXT_WORD,
  PREVIOUS_WORD,
  LEVEL_WORD,
  ORDER_BOOK_WORD,
  ORDER_ACCOUNT_WORD,
  TRAITS_WORD,
  ORDER_LANE_WORD,
  EXPIRY_WORD,
  ORDER_PRICE,
  ORDER_ARRIVAL,
  ORDER_EXPIRES,
  ORDER_EXTRA,
  ORDER_RATE,
  ID_PLACE_WORD,
  STATUS_MASK,
  TRAIT_SIDE_SHIFT,
  TRAIT_TYPE_SHIFT,
  TRAIT_TIF_SHIFT,
  TRAIT_STP_SHIFT,
  TRAIT_POST_ONLY_BIT,
  TRAIT_ICEBERG_BIT,
} as const

/** The orders of all books of a market: records of `BookMemory`, used again when they are given back. */
export class OrderPool {
  readonly #memory: BookMemory
  /** the first of the given-back orders, linked through NEXT_WORD */
  #free = 0

  constructor(memory: BookMemory) {
    this.#memory = memory
  }

  /** An order whose fields hold anything. */
  take(): number {
    const order = this.#free
    if (order === 0) return this.#memory.take(ORDER_WORDS)
    this.#free = this.#memory.words[order + NEXT_WORD] as number
    return order
  }

  giveBack(order: number): void {
    this.#memory.words[order + NEXT_WORD] = this.#free
    this.#free = order
  }
}
