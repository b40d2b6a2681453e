import { lifecycleCodes } from '../order-lifecycle.ts'
import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { findPlainWorst, worstPrice } from './look-ahead.ts'
import { matchTaker } from './match-taker.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'

const { IS_CANCELLED, IS_FIRED } = lifecycleCodes
const { BUY, CANCEL_MAKER, IOC, MARKET, SELL, TRIGGERED_EVENT } = bookCodes
const {
  NEXT_WORD,
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
 * none is left. What one taker's prints trigger joins the queue in the order of arrival. A fired stop stands in no
 * ladder, so that the queue can be linked through the orders.
 */
export function fireStops(state: BooksState, book: number): void {
  const { words } = state.memory
  let first = takeTriggered(state, book)
  let last = lastOf(state, first)
  while (first !== 0) {
    const stop = first
    first = words[stop + NEXT_WORD] as number
    fire(state, book, stop)
    const triggered = takeTriggered(state, book)
    if (triggered === 0) continue
    if (first === 0) first = triggered
    else words[last + NEXT_WORD] = triggered
    last = lastOf(state, triggered)
  }
}

function lastOf(state: BooksState, first: number): number {
  const { words } = state.memory
  let last = first
  for (let next = first; next !== 0; next = words[next + NEXT_WORD] as number) last = next
  return last
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

/** Takes what the latest prints have triggered out of the ladders; gives the first in the order of arrival, or 0. */
function takeTriggered(state: BooksState, book: number): number {
  takeSide(state, book, BUY)
  takeSide(state, book, SELL)
  forgetPrints(state)
  let merged = 0
  for (let size = 0; size < usedRuns; size++) {
    merged = merge(state, merged, runs[size] as number)
    runs[size] = 0
  }
  usedRuns = 0
  return merged
}

/** Each level is a run in the order of arrival. */
function takeSide(state: BooksState, book: number, side: number): void {
  const { ladders, memory } = state
  while (isTriggered(state, book, side)) {
    const level = ladders.best[stopsOf(state, book, side)] as number
    const first = memory.words[level + HEAD_WORD] as number
    let last = 0
    for (let stop = first, next = first; stop !== 0; stop = next) {
      next = memory.words[stop + NEXT_WORD] as number
      state.unrest(stop, level)
      state.pendingStops--
      state.step(stop, IS_FIRED)
      if (last !== 0) memory.words[last + NEXT_WORD] = stop
      last = stop
    }
    addRun(state, first)
  }
}

/** Runs that wait to be merged, at n of about 2^n levels each: the merge sort of linked lists, which allocates nothing. */
const runs = new Int32Array(32)
let usedRuns = 0

function addRun(state: BooksState, run: number): void {
  let size = 0
  let larger = run
  for (; runs[size] !== 0; size++) {
    larger = merge(state, runs[size] as number, larger)
    runs[size] = 0
  }
  runs[size] = larger
  if (size >= usedRuns) usedRuns = size + 1
}

/** Two runs as one, still in the order of arrival; 0 is an empty one. */
function merge(state: BooksState, one: number, other: number): number {
  const { words, doubles } = state.memory
  let first = 0
  let last = 0
  let a = one
  let b = other
  while (a !== 0 && b !== 0) {
    let next = a
    if ((doubles[(a >> 1) + ORDER_ARRIVAL] as number) < (doubles[(b >> 1) + ORDER_ARRIVAL] as number)) {
      a = words[a + NEXT_WORD] as number
    } else {
      next = b
      b = words[b + NEXT_WORD] as number
    }
    if (last === 0) first = next
    else words[last + NEXT_WORD] = next
    last = next
  }
  const rest = a === 0 ? b : a
  if (last === 0) return rest
  words[last + NEXT_WORD] = rest
  return first
}

/** A stop becomes a market order; where collateral is missing for that, it is cancelled. */
function fire(state: BooksState, book: number, order: number): void {
  const { words, doubles } = state.memory
  const traits = words[order + TRAITS_WORD] as number
  words[order + TRAITS_WORD] =
    (traits & ~((3 << TRAIT_TYPE_SHIFT) | (3 << TRAIT_TIF_SHIFT))) |
    (MARKET << TRAIT_TYPE_SHIFT) |
    (IOC << TRAIT_TIF_SHIFT)
  const open = doubles[(order >> 1) + ORDER_OPEN] as number
  state.emitOrder(TRIGGERED_EVENT, 0, order, open, open)
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
  findMarketRate(state, book, side, lane, account, prevention, energyWh)
  const rate = state.worst
  const isCovered =
    rate * energyWh <= accounts.freeMoney(account) && (side === BUY || energyWh <= accounts.freeEnergy(account))
  doubles[double + ORDER_RATE] = isCovered ? rate : 0
  if (isCovered) accounts.reserve(account, rate * energyWh)
  // A sell that is not covered gives this energy back when it is closed.
  if (side === SELL) accounts.deliver(account, -energyWh)
  return isCovered
}

/** What a market order reserves a Wh, into `state.worst`: what the worst price it would reach takes from it. */
export function findMarketRate(
  state: BooksState,
  book: number,
  side: number,
  lane: number,
  account: number,
  prevention: number,
  energyWh: number,
): void {
  if (state.isPlain && prevention !== CANCEL_MAKER) findPlainWorst(state, book, side, energyWh)
  else state.worst = worstPrice(state, { book, side, lane, account, prevention, energyWh })
  const rate = side === BUY ? state.worst : -state.worst
  state.worst = rate > 0 ? rate : 0
}
