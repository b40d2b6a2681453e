import { lifecycleCodes } from '../order-lifecycle.ts'
import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { lookAhead } from './look-ahead.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'

const { IS_CANCELLED, IS_FILLED } = lifecycleCodes
const { BUY, CANCEL_BOTH, CANCEL_MAKER, CANCEL_TAKER, FOK, IOC, LIMIT, REDUCED_EVENT } = bookCodes
const {
  LEVEL_WORD,
  NEXT_WORD,
  ORDER_ACCOUNT_WORD,
  ORDER_BOOK_WORD,
  ORDER_FILLED,
  ORDER_HIDDEN,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_PRICE,
  ORDER_RATE,
  TRAIT_SIDE_SHIFT,
  TRAIT_STP_SHIFT,
  TRAIT_TIF_SHIFT,
  TRAIT_TYPE_SHIFT,
  TRAITS_WORD,
} = orderLayout
const { HEAD_WORD, LEVEL_PRICE } = levelLayout

/**
 * Takes a live order that rests nowhere through the other side, best counterparty first and at the makers' prices, then
 * rests what is left of a GTC or GTD limit order and cancels what is left of any other.
 */
export function matchTaker(state: BooksState, taker: number): void {
  const traits = state.memory.words[taker + TRAITS_WORD] as number
  const timeInForce = (traits >>> TRAIT_TIF_SHIFT) & 3
  if (timeInForce === FOK && !canFillWhole(state, taker)) {
    state.close(taker, IS_CANCELLED)
    return
  }
  if (!sweep(state, taker)) return
  if (((traits >>> TRAIT_TYPE_SHIFT) & 3) === LIMIT && timeInForce < IOC) state.rest(taker)
  else state.close(taker, IS_CANCELLED)
}

function canFillWhole(state: BooksState, taker: number): boolean {
  const ahead = lookAhead(state, taker)
  if (ahead.own !== 0) state.emitPrevented(ahead.own, taker)
  return ahead.isWhole
}

/** Trades until the taker is done (false) or nothing is within its reach (true). Every turn ends or shrinks an order. */
function sweep(state: BooksState, taker: number): boolean {
  const { ladders, marks, risk } = state
  const { words, doubles } = state.memory
  const takerDouble = taker >> 1
  const traits = words[taker + TRAITS_WORD] as number
  const side = (traits >>> TRAIT_SIDE_SHIFT) & 1
  const prevention = (traits >>> TRAIT_STP_SHIFT) & 7
  const account = words[taker + ORDER_ACCOUNT_WORD] as number
  const book = words[taker + ORDER_BOOK_WORD] as number
  const lane = words[taker + ORDER_LANE_WORD] as number
  const isLimit = ((traits >>> TRAIT_TYPE_SHIFT) & 3) === LIMIT
  const limit = doubles[takerDouble + ORDER_PRICE] as number
  for (;;) {
    const level = state.pick(book, side, lane)
    if (level === 0 || (isLimit && !state.reaches(side, limit, level))) return true
    const maker = words[level + HEAD_WORD] as number
    if (prevention !== 0 && words[maker + ORDER_ACCOUNT_WORD] === account) {
      if (prevent(state, taker, maker, prevention)) return false
      continue
    }
    const makerDouble = maker >> 1
    const price = doubles[(level >> 1) + LEVEL_PRICE] as number
    const sellerPrice = side === BUY ? price : price + state.pickedGain
    const hidden = doubles[makerDouble + ORDER_HIDDEN] as number
    const makerOpen = doubles[makerDouble + ORDER_OPEN] as number
    const takerOpen = doubles[takerDouble + ORDER_OPEN] as number
    const shown = makerOpen - hidden
    const qty = takerOpen < shown ? takerOpen : shown
    doubles[makerDouble + ORDER_OPEN] = makerOpen - qty
    doubles[makerDouble + ORDER_FILLED] = (doubles[makerDouble + ORDER_FILLED] as number) + qty
    doubles[takerDouble + ORDER_OPEN] = takerOpen - qty
    doubles[takerDouble + ORDER_FILLED] = (doubles[takerDouble + ORDER_FILLED] as number) + qty
    if (marks !== null) marks.mark(level)
    ladders.add(level, -qty, 0)
    state.emitTrade(maker, taker, sellerPrice, state.pickedFee, qty, makerOpen - qty, takerOpen - qty)
    if (state.pendingStops > 0) state.print(sellerPrice)
    if (risk) {
      if (side === BUY) settleTrade(state, taker, maker, sellerPrice, qty)
      else settleTrade(state, maker, taker, sellerPrice, qty)
    }
    if (makerOpen === qty) {
      ladders.beginWith(level, words[maker + NEXT_WORD] as number)
      state.finish(maker)
    } else if (shown === qty) state.refresh(maker)
    if (takerOpen === qty) {
      state.finish(taker)
      return false
    }
  }
}

/** Moves money and energy of a trade: out of the buyer's reserve, what the limit left over is free again. */
function settleTrade(state: BooksState, buyer: number, seller: number, sellerPrice: number, qty: number): void {
  releaseTraded(state, buyer, seller, qty)
  payTrade(
    state,
    state.memory.words[buyer + ORDER_ACCOUNT_WORD] as number,
    state.memory.words[seller + ORDER_ACCOUNT_WORD] as number,
    sellerPrice,
    state.pickedFee,
    qty,
  )
}

/** Frees the money that both sides of a trade have reserved, and hands over the energy. */
function releaseTraded(state: BooksState, buyer: number, seller: number, qty: number): void {
  const { accounts } = state
  const { words, doubles } = state.memory
  const buyerAccount = words[buyer + ORDER_ACCOUNT_WORD] as number
  accounts.reserve(buyerAccount, -(doubles[(buyer >> 1) + ORDER_RATE] as number) * qty)
  accounts.deliver(buyerAccount, qty)
  const sellerRate = doubles[(seller >> 1) + ORDER_RATE] as number
  if (sellerRate !== 0) accounts.reserve(words[seller + ORDER_ACCOUNT_WORD] as number, -sellerRate * qty)
}

/** What a trade costs, from account to account. */
export function payTrade(
  state: BooksState,
  buyerAccount: number,
  sellerAccount: number,
  sellerPrice: number,
  fee: number,
  qty: number,
): void {
  const { accounts } = state
  accounts.pay(buyerAccount, -(sellerPrice + fee) * qty)
  accounts.pay(sellerAccount, sellerPrice * qty)
  if (fee !== 0) accounts.pay(state.gridAccount, fee * qty)
}

/** The taker has met an order of its own account: acts by the taker's mode. True if the taker is done. */
function prevent(state: BooksState, taker: number, maker: number, prevention: number): boolean {
  state.emitPrevented(maker, taker)
  switch (prevention) {
    case CANCEL_TAKER:
      state.close(taker, IS_CANCELLED)
      return true
    case CANCEL_MAKER:
      state.close(maker, IS_CANCELLED)
      return false
    case CANCEL_BOTH:
      state.close(maker, IS_CANCELLED)
      state.close(taker, IS_CANCELLED)
      return true
    default:
      return decrement(state, taker, maker)
  }
}

/** Both shrink by the smaller open quantity without a trade. */
function decrement(state: BooksState, taker: number, maker: number): boolean {
  const { words, doubles } = state.memory
  const makerDouble = maker >> 1
  const takerDouble = taker >> 1
  const makerOpen = doubles[makerDouble + ORDER_OPEN] as number
  const takerOpen = doubles[takerDouble + ORDER_OPEN] as number
  const by = takerOpen < makerOpen ? takerOpen : makerOpen
  shrinkResting(state, maker, makerOpen - by)
  state.emitOrder(REDUCED_EVENT, 0, maker, by, makerOpen - by)
  doubles[takerDouble + ORDER_OPEN] = takerOpen - by
  if (state.risk) {
    state.release(maker, by)
    state.release(taker, by)
  }
  state.emitOrder(REDUCED_EVENT, 0, taker, by, takerOpen - by)
  if (makerOpen === by) state.close(maker, IS_CANCELLED)
  if (takerOpen !== by) return false
  const hasTraded = (doubles[takerDouble + ORDER_FILLED] as number) > 0
  if (words[taker + LEVEL_WORD] !== 0) throw new Error('a taker rests')
  state.close(taker, hasTraded ? IS_FILLED : IS_CANCELLED)
  return true
}

/** Leaves a resting order less to trade, out of what it hides first; it keeps its place. */
export function shrinkResting(state: BooksState, order: number, open: number): void {
  const { words, doubles } = state.memory
  const double = order >> 1
  const hidden = doubles[double + ORDER_HIDDEN] as number
  const shown = (doubles[double + ORDER_OPEN] as number) - hidden
  const shownAfter = open < shown ? open : shown
  doubles[double + ORDER_OPEN] = open
  doubles[double + ORDER_HIDDEN] = open - shownAfter
  const level = words[order + LEVEL_WORD] as number
  if (state.marks !== null) state.marks.mark(level)
  state.ladders.add(level, shownAfter - shown, open - shownAfter - hidden)
}
