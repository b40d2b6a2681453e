import { lifecycleCodes } from '../order-lifecycle.ts'
import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { plainWorstPrice, worstPrice } from './look-ahead.ts'
import { matchTaker } from './match-taker.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'

const { IS_CANCELLED, IS_FIRED } = lifecycleCodes
const { BUY, CANCEL_MAKER, IOC, MARKET, SELL, TRIGGERED_EVENT } = bookCodes
const {
  ORDER_ACCOUNT_WORD,
  ORDER_ARRIVAL,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_RATE,
  TRAIT_SIDE_SHIFT,
  TRAIT_STP_SHIFT,
  TRAIT_TIF_SHIFT,
  TRAIT_TYPE_SHIFT,
  TRAITS_WORD,
} = orderLayout
const { HEAD_WORD, LEVEL_PRICE } = levelLayout

/**
 * Fires the stops of a book that the latest prints have triggered, and those that their trades trigger in turn, until
 * none is left. What one taker's prints trigger joins the queue in the order of arrival.
 */
export function fireStops(state: BooksState, book: number): void {
  // Nearly always nothing is, and then nothing is allocated.
  if (!isTriggered(state, book, BUY) && !isTriggered(state, book, SELL)) {
    forgetPrints(state)
    return
  }
  const queue: number[] = []
  collectTriggered(state, book, queue)
  for (let next = 0; next < queue.length; next++) {
    fire(state, book, queue[next] as number)
    collectTriggered(state, book, queue)
  }
}

function forgetPrints(state: BooksState): void {
  state.lowPrint = Number.POSITIVE_INFINITY
  state.highPrint = Number.NEGATIVE_INFINITY
}

/** The ladder of the stops that wait to buy, or to sell. */
const stopsOf = (state: BooksState, book: number, side: number): number => (book + 1) * state.laddersPerBook - 2 + side

/** Whether the latest prints have reached the first stop of a side. */
function isTriggered(state: BooksState, book: number, side: number): boolean {
  const { ladders, memory } = state
  const level = ladders.best[stopsOf(state, book, side)] as number
  if (level === 0) return false
  const price = memory.doubles[(level >> 1) + LEVEL_PRICE] as number
  return side === BUY ? state.highPrint >= price : state.lowPrint <= price
}

function collectTriggered(state: BooksState, book: number, queue: number[]): void {
  const from = queue.length
  collectSide(state, book, BUY, queue)
  collectSide(state, book, SELL, queue)
  forgetPrints(state)
  if (queue.length - from < 2) return
  const { doubles } = state.memory
  const arrival = (order: number) => doubles[(order >> 1) + ORDER_ARRIVAL] as number
  const triggered = queue.splice(from).sort((a, b) => arrival(a) - arrival(b))
  for (const order of triggered) queue.push(order)
}

function collectSide(state: BooksState, book: number, side: number, queue: number[]): void {
  const { ladders, memory } = state
  while (isTriggered(state, book, side)) {
    const level = ladders.best[stopsOf(state, book, side)] as number
    const order = memory.words[level + HEAD_WORD] as number
    state.unrest(order)
    state.pendingStops--
    state.step(order, IS_FIRED)
    queue.push(order)
  }
}

/** A stop becomes a market order; where collateral is missing for that, it is cancelled. */
function fire(state: BooksState, book: number, order: number): void {
  const { words, doubles } = state.memory
  const traits = words[order + TRAITS_WORD] as number
  words[order + TRAITS_WORD] =
    (traits & ~((3 << TRAIT_TYPE_SHIFT) | (3 << TRAIT_TIF_SHIFT))) |
    (MARKET << TRAIT_TYPE_SHIFT) |
    (IOC << TRAIT_TIF_SHIFT)
  state.emitOrder(TRIGGERED_EVENT, 0, order, doubles[(order >> 1) + ORDER_OPEN] as number)
  if (state.risk && !reserveMarket(state, book, order)) {
    state.close(order, IS_CANCELLED)
    return
  }
  matchTaker(state, order)
}

/** Reserves what a market order needs; with false nothing is reserved, and its rate is 0. */
function reserveMarket(state: BooksState, book: number, order: number): boolean {
  const { accounts } = state
  const { words, doubles } = state.memory
  const double = order >> 1
  const side = ((words[order + TRAITS_WORD] as number) >>> TRAIT_SIDE_SHIFT) & 1
  const lane = words[order + ORDER_LANE_WORD] as number
  const account = words[order + ORDER_ACCOUNT_WORD] as number
  const energyWh = doubles[double + ORDER_OPEN] as number
  const prevention = ((words[order + TRAITS_WORD] as number) >>> TRAIT_STP_SHIFT) & 7
  const rate = marketRate(state, book, side, lane, account, prevention, energyWh)
  const isCovered =
    rate * energyWh <= accounts.freeMoney(account) && (side === BUY || energyWh <= accounts.freeEnergy(account))
  doubles[double + ORDER_RATE] = isCovered ? rate : 0
  if (isCovered) accounts.reserve(account, rate * energyWh)
  // A sell that is not covered gives this energy back when it is closed.
  if (side === SELL) accounts.deliver(account, -energyWh)
  return isCovered
}

/** What a market order reserves a Wh: what the worst price it would reach takes from it. */
export function marketRate(
  state: BooksState,
  book: number,
  side: number,
  lane: number,
  account: number,
  prevention: number,
  energyWh: number,
): number {
  const worst =
    state.isPlain && prevention !== CANCEL_MAKER
      ? plainWorstPrice(state, book, side, energyWh)
      : worstPrice(state, { book, side, lane, account, prevention, energyWh })
  const rate = side === BUY ? worst : -worst
  return rate > 0 ? rate : 0
}
