import { lifecycleCodes } from '../order-lifecycle.ts'
import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { type CommandBuffer, commandLayout } from './command-buffer.ts'
import { fireStops } from './fire-stops.ts'
import { matchTaker, shrinkResting } from './match-taker.ts'
import { orderLayout } from './order-pool.ts'
import { CLIPS_MAX, isQuantity } from './price-limits.ts'
import { refusalCodes } from './refusal-codes.ts'

const { IS_CANCELLED } = lifecycleCodes
const { AMENDED_EVENT, CALL, CONTINUOUS, PENDING, SELL } = bookCodes
const { COMMAND_DOUBLES, COMMAND_WORDS, HAS_PRICE_BIT, HAS_QTY_BIT, HEAD_WORD, ID, PRICE, QTY } = commandLayout
const {
  LEVEL_WORD,
  ORDER_ACCOUNT_WORD,
  ORDER_BOOK_WORD,
  ORDER_EXTRA,
  ORDER_FILLED,
  ORDER_HIDDEN,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_PRICE,
  ORDER_RATE,
  STATUS_MASK,
  TRAIT_ICEBERG_BIT,
  TRAIT_POST_ONLY_BIT,
  TRAIT_SIDE_SHIFT,
  TRAITS_WORD,
} = orderLayout
const {
  INSUFFICIENT_ENERGY,
  INSUFFICIENT_FUNDS,
  INVALID_PRICE,
  INVALID_QTY,
  NOT_TRADING,
  POST_ONLY_WOULD_CROSS,
  TAKEN,
  UNKNOWN_ORDER,
} = refusalCodes

const KEPT = 0
const LOST = 1

/**
 * Changes an order in one step: price, total quantity, or both. A total that is filled already closes it. Less at the
 * same price keeps its place; more, or another price, goes to the back and matches like a new arrival. Gives 0, or the
 * refusal, which changes nothing.
 */
export function amendOrder(state: BooksState, commands: CommandBuffer, index: number): number {
  const head = commands.words[index * COMMAND_WORDS + HEAD_WORD] as number
  const double = index * COMMAND_DOUBLES
  const hasPrice = (head & HAS_PRICE_BIT) !== 0
  const hasQty = (head & HAS_QTY_BIT) !== 0
  const newPrice = commands.doubles[double + PRICE] as number
  const newQty = commands.doubles[double + QTY] as number
  const order = state.ids.find(commands.doubles, double + ID)
  if (order === 0) {
    if (hasQty && (!isQuantity(newQty) || (hasPrice && Math.abs(newPrice) * newQty > Number.MAX_SAFE_INTEGER))) {
      return INVALID_QTY
    }
    if (hasPrice && !state.isPrice(newPrice)) return INVALID_PRICE
    return UNKNOWN_ORDER
  }
  const { doubles } = state.memory
  const filled = doubles[(order >> 1) + ORDER_FILLED] as number
  if (hasQty && newQty <= filled && isQuantity(newQty)) {
    state.close(order, IS_CANCELLED)
    return TAKEN
  }
  const open = doubles[(order >> 1) + ORDER_OPEN] as number
  const qty = hasQty ? newQty : filled + open
  const price = hasPrice ? newPrice + 0 : (doubles[(order >> 1) + ORDER_PRICE] as number)
  const refusal = amendRefusal(state, order, price, qty, hasPrice)
  if (refusal !== TAKEN) return refusal
  change(state, order, price, qty - filled)
  return TAKEN
}

function amendRefusal(state: BooksState, order: number, price: number, qty: number, hasPrice: boolean): number {
  const { words, doubles } = state.memory
  const traits = words[order + TRAITS_WORD] as number
  const side = (traits >>> TRAIT_SIDE_SHIFT) & 1
  const lane = words[order + ORDER_LANE_WORD] as number
  const isPending = (traits & STATUS_MASK) === PENDING
  const premium = side === SELL ? 0 : (state.lanes.premiums[lane] as number)
  if (!isQuantity(qty)) return INVALID_QTY
  const isIceberg = (traits & TRAIT_ICEBERG_BIT) !== 0
  if (isIceberg && qty > (doubles[(order >> 1) + ORDER_EXTRA] as number) * CLIPS_MAX) return INVALID_QTY
  if (!isPending && (Math.abs(price) + premium) * qty > Number.MAX_SAFE_INTEGER) return INVALID_QTY
  if (hasPrice && (isPending || !state.isPrice(price))) return INVALID_PRICE
  const book = words[order + ORDER_BOOK_WORD] as number
  const phase = state.phaseOf(book)
  if (phase > CALL) return NOT_TRADING
  if ((traits & TRAIT_POST_ONLY_BIT) !== 0 && phase === CONTINUOUS) {
    const best = state.pick(book, side, lane)
    if (best !== 0 && state.reaches(side, price, best)) return POST_ONLY_WOULD_CROSS
  }
  if (!state.risk || isPending) return TAKEN
  const account = words[order + ORDER_ACCOUNT_WORD] as number
  const openBefore = doubles[(order >> 1) + ORDER_OPEN] as number
  const open = qty - (doubles[(order >> 1) + ORDER_FILLED] as number)
  const held = (doubles[(order >> 1) + ORDER_RATE] as number) * openBefore
  if (state.rateAt(side, lane, price) * open - held > state.accounts.freeMoney(account)) return INSUFFICIENT_FUNDS
  if (side === SELL && open - openBefore > state.accounts.freeEnergy(account)) return INSUFFICIENT_ENERGY
  return TAKEN
}

function change(state: BooksState, order: number, price: number, open: number): void {
  const { words, doubles } = state.memory
  const double = order >> 1
  const isPending = ((words[order + TRAITS_WORD] as number) & STATUS_MASK) === PENDING
  const openBefore = doubles[double + ORDER_OPEN] as number
  const isKept = price === doubles[double + ORDER_PRICE] && open <= openBefore
  if (state.risk && !isPending) reserveAnew(state, order, price, open)
  if (isKept) shrinkResting(state, order, open)
  else {
    state.unrest(order, words[order + LEVEL_WORD] as number)
    doubles[double + ORDER_PRICE] = price
    doubles[double + ORDER_OPEN] = open
    doubles[double + ORDER_HIDDEN] = 0
  }
  state.emitOrder(AMENDED_EVENT, isKept ? KEPT : LOST, order, (doubles[double + ORDER_FILLED] as number) + open, open)
  if (isKept) return
  const book = words[order + ORDER_BOOK_WORD] as number
  if (isPending || state.phases[book] === CALL) {
    state.rest(order)
    return
  }
  matchTaker(state, order)
  if (state.pendingStops > 0) fireStops(state, book)
}

/** Reserves what a changed order needs instead of what it had. */
function reserveAnew(state: BooksState, order: number, price: number, open: number): void {
  const { words, doubles } = state.memory
  const double = order >> 1
  const side = ((words[order + TRAITS_WORD] as number) >>> TRAIT_SIDE_SHIFT) & 1
  const account = words[order + ORDER_ACCOUNT_WORD] as number
  const openBefore = doubles[double + ORDER_OPEN] as number
  const rate = state.rateAt(side, words[order + ORDER_LANE_WORD] as number, price)
  state.accounts.reserve(account, rate * open - (doubles[double + ORDER_RATE] as number) * openBefore)
  if (side === SELL) state.accounts.deliver(account, openBefore - open)
  doubles[double + ORDER_RATE] = rate
}
