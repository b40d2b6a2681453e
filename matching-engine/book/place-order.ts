import {
  ACCEPTED_EVENT,
  type BooksState,
  BUY,
  CALL,
  CONTINUOUS,
  GTD,
  IOC,
  LIMIT,
  OPEN,
  PENDING,
  SELL,
  STOP,
  worstLimit,
} from './books-state.ts'
import {
  ACCOUNT_WORD,
  BAD_SIDE_BIT,
  BOOK_WORD,
  COMMAND_DOUBLES,
  COMMAND_WORDS,
  type CommandBuffer,
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
} from './command-buffer.ts'
import { fireStops, marketRate } from './fire-stops.ts'
import { matchTaker } from './match-taker.ts'
import {
  EXPIRY_WORD,
  LEVEL_WORD,
  ORDER_ACCOUNT_WORD,
  ORDER_BOOK_WORD,
  ORDER_DOUBLES,
  ORDER_EXPIRES,
  ORDER_EXTRA,
  ORDER_FILLED,
  ORDER_HIDDEN,
  ORDER_ID,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_PRICE,
  ORDER_RATE,
  ORDER_WORDS,
  STATUS_MASK,
  TRAIT_ICEBERG_BIT,
  TRAIT_POST_ONLY_BIT,
  TRAIT_SIDE_SHIFT,
  TRAIT_STP_SHIFT,
  TRAIT_TIF_SHIFT,
  TRAIT_TYPE_SHIFT,
  TRAITS_WORD,
} from './order-pool.ts'
import { isQuantity } from './price-limits.ts'
import {
  ALREADY_EXPIRED,
  DUPLICATE_ID,
  INSUFFICIENT_ENERGY,
  INSUFFICIENT_FUNDS,
  INVALID_PRICE,
  INVALID_QTY,
  INVALID_SIDE,
  NOT_ALLOWED_IN_CALL,
  NOT_TRADING,
  POST_ONLY_WOULD_CROSS,
  TAKEN,
} from './refusal-codes.ts'

/** Takes a new order: its trades, and its rest or its end. Gives 0, or the refusal, which changes nothing else. */
export function placeOrder(state: BooksState, commands: CommandBuffer, index: number): number {
  const id = commands.doubles[index * COMMAND_DOUBLES + ID] as number
  if (state.ids.find(id) !== 0) return DUPLICATE_ID
  const refusal = newOrderRefusal(state, commands, index)
  if (refusal !== TAKEN) return refusal
  const order = admit(state, commands, index)
  const word = order * ORDER_WORDS
  const traits = state.orders.words[word + TRAITS_WORD] as number
  const book = state.orders.words[word + ORDER_BOOK_WORD] as number
  state.emitOrder(ACCEPTED_EVENT, 0, order, state.orders.doubles[order * ORDER_DOUBLES + ORDER_OPEN] as number)
  if ((traits & STATUS_MASK) === PENDING) {
    state.pendingStops++
    state.rest(order)
  } else if (state.phases[book] === CALL) state.rest(order)
  else {
    matchTaker(state, order)
    if (state.pendingStops > 0) fireStops(state, book)
  }
  return TAKEN
}

/** Why a new order is refused; the checks stand in the order of the rules. Sets `state.rate` where it is not. */
function newOrderRefusal(state: BooksState, commands: CommandBuffer, index: number): number {
  const word = index * COMMAND_WORDS
  const double = index * COMMAND_DOUBLES
  const { words, doubles } = commands
  const head = words[word + HEAD_WORD] as number
  const side = (head >>> SIDE_SHIFT) & 1
  const type = (head >>> TYPE_SHIFT) & 3
  const timeInForce = (head >>> TIF_SHIFT) & 3
  const book = words[word + BOOK_WORD] as number
  const lane = words[word + LANE_WORD] as number
  const price = doubles[double + PRICE] as number
  const qty = doubles[double + QTY] as number
  const extra = doubles[double + EXTRA] as number
  const premium = side === BUY ? (state.lanes.premiums[lane] as number) : 0
  if ((head & BAD_SIDE_BIT) !== 0) return INVALID_SIDE
  if (!isQuantity(qty)) return INVALID_QTY
  if ((head & ICEBERG_BIT) !== 0 && !isQuantity(extra)) return INVALID_QTY
  if (type === LIMIT) {
    // The product rounds to above 2^53 − 1 exactly when it is.
    if ((Math.abs(price) + premium) * qty > Number.MAX_SAFE_INTEGER) return INVALID_QTY
    if (!state.isPrice(price)) return INVALID_PRICE
  } else if (type === STOP && !state.isPrice(extra)) return INVALID_PRICE
  const phase = state.phaseOf(book)
  if (phase > CALL) return NOT_TRADING
  if (phase === CALL && (type !== LIMIT || timeInForce >= IOC)) return NOT_ALLOWED_IN_CALL
  if (timeInForce === GTD && !((doubles[double + EXPIRES] as number) > state.nowMs)) return ALREADY_EXPIRED
  if ((head & POST_ONLY_BIT) !== 0 && phase === CONTINUOUS) {
    const best = state.pick(book, side, lane)
    if (best !== 0 && state.reaches(side, type === LIMIT ? price : worstLimit(side), best)) return POST_ONLY_WOULD_CROSS
  }
  if (!state.risk) return TAKEN
  state.rate = 0
  if (type === STOP) return TAKEN
  state.rate = type === LIMIT ? state.rateAt(side, lane, price) : marketRate(state, { book, side, lane, energyWh: qty })
  const account = words[word + ACCOUNT_WORD] as number
  state.accounts.know(account)
  if (state.rate * qty > state.accounts.freeMoney(account)) return INSUFFICIENT_FUNDS
  if (side === SELL && qty > state.accounts.freeEnergy(account)) return INSUFFICIENT_ENERGY
  return TAKEN
}

/** Makes an order of a command that has passed the checks, and reserves what it needs. */
function admit(state: BooksState, commands: CommandBuffer, index: number): number {
  const commandWord = index * COMMAND_WORDS
  const commandDouble = index * COMMAND_DOUBLES
  const head = commands.words[commandWord + HEAD_WORD] as number
  const side = (head >>> SIDE_SHIFT) & 1
  const type = (head >>> TYPE_SHIFT) & 3
  const account = commands.words[commandWord + ACCOUNT_WORD] as number
  const qty = commands.doubles[commandDouble + QTY] as number
  const price = commands.doubles[commandDouble + PRICE] as number
  const extra = (commands.doubles[commandDouble + EXTRA] as number) + 0
  const order = state.orders.take()
  const { words, doubles } = state.orders
  const word = order * ORDER_WORDS
  const double = order * ORDER_DOUBLES
  doubles[double + ORDER_ID] = commands.doubles[commandDouble + ID] as number
  doubles[double + ORDER_OPEN] = qty
  doubles[double + ORDER_HIDDEN] = 0
  doubles[double + ORDER_FILLED] = 0
  words[word + LEVEL_WORD] = 0
  words[word + ORDER_BOOK_WORD] = commands.words[commandWord + BOOK_WORD] as number
  words[word + ORDER_ACCOUNT_WORD] = account
  words[word + TRAITS_WORD] =
    (type === STOP ? PENDING : OPEN) |
    (side << TRAIT_SIDE_SHIFT) |
    (type << TRAIT_TYPE_SHIFT) |
    (((head >>> TIF_SHIFT) & 3) << TRAIT_TIF_SHIFT) |
    (((head >>> STP_SHIFT) & 7) << TRAIT_STP_SHIFT) |
    ((head & POST_ONLY_BIT) !== 0 ? TRAIT_POST_ONLY_BIT : 0) |
    ((head & ICEBERG_BIT) !== 0 ? TRAIT_ICEBERG_BIT : 0)
  words[word + ORDER_LANE_WORD] = commands.words[commandWord + LANE_WORD] as number
  words[word + EXPIRY_WORD] = 0
  // −0 is a number that JavaScript tells from 0; a price is not.
  doubles[double + ORDER_PRICE] = type === LIMIT ? price + 0 : type === STOP ? extra : 0
  doubles[double + ORDER_EXPIRES] = commands.doubles[commandDouble + EXPIRES] as number
  doubles[double + ORDER_EXTRA] = extra
  doubles[double + ORDER_RATE] = state.rate
  state.ids.set(order)
  if (state.risk && type !== STOP) {
    state.accounts.reserve(account, state.rate * qty)
    if (side === SELL) state.accounts.deliver(account, -qty)
  }
  return order
}
