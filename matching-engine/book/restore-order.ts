import { lifecycleCodes, statusAfter } from '../order-lifecycle.ts'
import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { orderLayout } from './order-pool.ts'

const { IS_ACCEPTED, NEW } = lifecycleCodes
const { GTD } = bookCodes
const {
  ORDER_ACCOUNT_WORD,
  ORDER_BOOK_WORD,
  ORDER_EXPIRES,
  ORDER_FILLED,
  ORDER_ID,
  ORDER_OPEN,
  ORDER_PRICE,
  ORDER_WORDS,
  TRAIT_POST_ONLY_BIT,
  TRAIT_SIDE_SHIFT,
  TRAIT_STP_SHIFT,
  TRAIT_TIF_SHIFT,
  TRAITS_WORD,
} = orderLayout

/** Puts a limit order that rested before back at the end of its queue, without matching and without an event. */
export function restoreOrder(
  state: BooksState,
  resting: {
    readonly id: number
    readonly book: number
    readonly account: number
    readonly side: number
    readonly price: number
    readonly filled: number
    readonly open: number
    /** 0 unless it is GTD */
    readonly expiresAtMs: number
    readonly isPostOnly: boolean
    readonly prevention: number
  },
): void {
  state.memory.reserve()
  const order = state.orders.take()
  const { words, doubles } = state.memory
  const double = order >> 1
  words.fill(0, order, order + ORDER_WORDS)
  doubles[double + ORDER_ID] = resting.id
  doubles[double + ORDER_OPEN] = resting.open
  doubles[double + ORDER_FILLED] = resting.filled
  doubles[double + ORDER_PRICE] = resting.price
  doubles[double + ORDER_EXPIRES] = resting.expiresAtMs
  words[order + ORDER_BOOK_WORD] = resting.book
  words[order + ORDER_ACCOUNT_WORD] = resting.account
  words[order + TRAITS_WORD] =
    statusAfter(NEW, IS_ACCEPTED) |
    (resting.side << TRAIT_SIDE_SHIFT) |
    ((resting.expiresAtMs === 0 ? 0 : GTD) << TRAIT_TIF_SHIFT) |
    (resting.prevention << TRAIT_STP_SHIFT) |
    (resting.isPostOnly ? TRAIT_POST_ONLY_BIT : 0)
  state.ids.put(state.ids.placeFor(doubles, double + ORDER_ID), order)
  state.rest(order)
}
