import { lifecycleCodes, statusAfter } from '../order-lifecycle.ts'
import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { type CommandBuffer, commandLayout } from './command-buffer.ts'
import { findMarketRate, fireStops } from './fire-stops.ts'
import { matchTaker } from './match-taker.ts'
import { orderLayout } from './order-pool.ts'
import { CLIPS_MAX, isQuantity } from './price-limits.ts'
import { refusalCodes } from './refusal-codes.ts'

const { IS_ACCEPTED, IS_PARKED, NEW } = lifecycleCodes
const { CALL, CONTINUOUS, GTD, IOC, LIMIT, MARKET, SELL, STOP } = bookCodes
const {
  ACCOUNT_WORD,
  BAD_SIDE_BIT,
  BOOK_WORD,
  COMMAND_DOUBLES,
  COMMAND_WORDS,
  EXPIRES,
  EXTRA,
  HEAD_WORD,
  ICEBERG_BIT,
  ID,
  LANE_WORD,
  POST_ONLY_BIT,
  PRICE,
  QTY,
  SIDE_SHIFT,
  STP_SHIFT,
  TIF_SHIFT,
  TYPE_SHIFT,
} = commandLayout
const {
  EXPIRY_WORD,
  LEVEL_WORD,
  ORDER_ACCOUNT_WORD,
  ORDER_BOOK_WORD,
  ORDER_EXPIRES,
  ORDER_EXTRA,
  ORDER_FILLED,
  ORDER_HIDDEN,
  ORDER_ID,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_PRICE,
  ORDER_RATE,
  TRAIT_ICEBERG_BIT,
  TRAIT_POST_ONLY_BIT,
  TRAIT_SIDE_SHIFT,
  TRAITS_WORD,
} = orderLayout
const {
  ALREADY_EXPIRED,
  DUPLICATE_ID,
  INVALID_PRICE,
  INVALID_QTY,
  INVALID_SIDE,
  NOT_ALLOWED_IN_CALL,
  NOT_TRADING,
  POST_ONLY_WOULD_CROSS,
  TAKEN,
} = refusalCodes

/**
 * Takes a new order: its trades, and its rest or its end. Gives 0, or the refusal, which changes nothing; the checks
 * stand in the order of the rules. One function for what every order needs, because it runs for each: what few need
 * stands apart.
 */
export function placeOrder(state: BooksState, commands: CommandBuffer, index: number): number {
  const commandWord = index * COMMAND_WORDS
  const commandDouble = index * COMMAND_DOUBLES
  const from = commands.words
  const fromDoubles = commands.doubles
  const place = state.ids.placeFor(fromDoubles, commandDouble + ID)
  if (place < 0) return DUPLICATE_ID
  const head = from[commandWord + HEAD_WORD] as number
  const qty = fromDoubles[commandDouble + QTY] as number
  if ((head & BAD_SIDE_BIT) !== 0) return INVALID_SIDE
  if (!isQuantity(qty)) return INVALID_QTY
  const side = (head >>> SIDE_SHIFT) & 1
  const type = (head >>> TYPE_SHIFT) & 3
  const lane = from[commandWord + LANE_WORD] as number
  const extra = (fromDoubles[commandDouble + EXTRA] as number) + 0
  if ((head & ICEBERG_BIT) !== 0 && !(isQuantity(extra) && qty <= extra * CLIPS_MAX)) return INVALID_QTY
  // −0 is a number that JavaScript tells from 0; a price is not.
  let price = (fromDoubles[commandDouble + PRICE] as number) + 0
  if (type === LIMIT) {
    // The product rounds to above 2^53 − 1 exactly when it is.
    const most = state.isPlain || side === SELL ? Math.abs(price) : Math.abs(price) + state.premiumOf(lane)
    if (most * qty > Number.MAX_SAFE_INTEGER) return INVALID_QTY
    if (!state.isPrice(price)) return INVALID_PRICE
  } else {
    price = type === STOP ? extra : 0
    if (type === STOP && !state.isPrice(extra)) return INVALID_PRICE
  }
  const book = from[commandWord + BOOK_WORD] as number
  const phase = state.phaseOf(book)
  const timeInForce = (head >>> TIF_SHIFT) & 3
  if (phase !== CONTINUOUS) {
    if (phase !== CALL) return NOT_TRADING
    if (type !== LIMIT || timeInForce >= IOC) return NOT_ALLOWED_IN_CALL
  }
  if (timeInForce === GTD && !((fromDoubles[commandDouble + EXPIRES] as number) > state.nowMs)) return ALREADY_EXPIRED
  // A level that the order would trade with, 0 if there is none. (An infinite limit of a market order would be boxed.)
  let crossed = type === STOP || phase === CALL ? 0 : state.pick(book, side, lane)
  if (crossed !== 0 && type === LIMIT && !state.reaches(side, price, crossed)) crossed = 0
  if (crossed !== 0 && (head & POST_ONLY_BIT) !== 0) return POST_ONLY_WOULD_CROSS
  const account = from[commandWord + ACCOUNT_WORD] as number
  let rate = 0
  if (state.risk && type !== STOP) {
    const prevention = (head >>> STP_SHIFT) & 7
    if (type === LIMIT) rate = state.rateAt(side, lane, price)
    else {
      findMarketRate(state, book, side, lane, account, prevention, qty)
      rate = state.worst
    }
    const refusal = state.accounts.take(account, rate * qty, side === SELL ? qty : 0)
    if (refusal !== TAKEN) return refusal
  }
  // It reserves nothing yet, but has to be found with nothing when it fires.
  if (state.risk && type === STOP) state.accounts.know(account)
  const order = state.orders.take()
  const { words, doubles } = state.memory
  const double = order >> 1
  doubles[double + ORDER_ID] = fromDoubles[commandDouble + ID] as number
  doubles[double + ORDER_OPEN] = qty
  doubles[double + ORDER_HIDDEN] = 0
  doubles[double + ORDER_FILLED] = 0
  words[order + LEVEL_WORD] = 0
  words[order + ORDER_BOOK_WORD] = book
  words[order + ORDER_ACCOUNT_WORD] = account
  words[order + TRAITS_WORD] = traitsOf(head, type)
  words[order + ORDER_LANE_WORD] = lane
  words[order + EXPIRY_WORD] = 0
  doubles[double + ORDER_PRICE] = price
  doubles[double + ORDER_EXPIRES] = fromDoubles[commandDouble + EXPIRES] as number
  doubles[double + ORDER_EXTRA] = extra
  doubles[double + ORDER_RATE] = rate
  state.ids.put(place, order)
  if (crossed === 0 && type !== MARKET && timeInForce < IOC) {
    if (type === STOP) state.pendingStops++
    state.rest(order)
    return TAKEN
  }
  matchTaker(state, order)
  if (state.pendingStops > 0) fireStops(state, book)
  return TAKEN
}

/** The status of a new order. */
const ACCEPTED = statusAfter(NEW, IS_ACCEPTED)
const PARKED = statusAfter(NEW, IS_PARKED)

/** What an order keeps of the head of its command. The fields from side to prevention stand in the same order there. */
function traitsOf(head: number, type: number): number {
  return (
    (type === STOP ? PARKED : ACCEPTED) |
    (((head >>> SIDE_SHIFT) & 0xff) << TRAIT_SIDE_SHIFT) |
    ((head & POST_ONLY_BIT) !== 0 ? TRAIT_POST_ONLY_BIT : 0) |
    ((head & ICEBERG_BIT) !== 0 ? TRAIT_ICEBERG_BIT : 0)
  )
}
