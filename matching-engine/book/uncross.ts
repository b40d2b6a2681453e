import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { eventLayout } from './event-buffer.ts'
import { payTrade } from './match-taker.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'
import { uniformPrice } from './uniform-price.ts'

const { EVENT_DOUBLES, EVENT_PRICE, EVENT_QTY, EVENT_WORDS, MAKER_ACCOUNT_WORD, TAKER_ACCOUNT_WORD } = eventLayout
const { BUY, SELL } = bookCodes
const { NEXT_WORD, ORDER_ACCOUNT_WORD, ORDER_FILLED, ORDER_HIDDEN, ORDER_OPEN } = orderLayout
const { HEAD_WORD, LEVEL_PRICE } = levelLayout

/**
 * Trades all that crosses in a book at one price a pair of lanes, both sides in price-time order; the buys are the
 * makers. Pairs of lanes follow each other, the largest gain first. Afterwards the book is not crossed.
 */
export function uncross(state: BooksState, book: number): void {
  const { buyLanes, pairs, gains, fees } = state.lanes
  for (let at = 0; at < pairs.length; at++) {
    const pair = pairs[at] as number
    const base = book * state.laddersPerBook
    const buyLane = pair % buyLanes
    const sellLane = Math.floor(pair / buyLanes)
    uncrossPair(state, {
      book,
      buyLane,
      sellLane,
      buys: base + buyLane,
      sells: base + buyLanes + sellLane,
      gain: gains[pair] as number,
      fee: fees[pair] as number,
    })
  }
}

interface LanePair {
  readonly book: number
  readonly buyLane: number
  readonly sellLane: number
  readonly buys: number
  readonly sells: number
  readonly gain: number
  readonly fee: number
}

function uncrossPair(state: BooksState, pair: LanePair): void {
  const { ladders, memory, events, marks } = state
  const { buys, sells, gain } = pair
  const summary = events.length
  let lastBid = 0
  let lastAsk = 0
  let volume = 0
  for (;;) {
    const bids = ladders.best[buys] as number
    const asks = ladders.best[sells] as number
    if (bids === 0 || asks === 0) break
    const bid = (memory.doubles[(bids >> 1) + LEVEL_PRICE] as number) + gain
    const ask = memory.doubles[(asks >> 1) + LEVEL_PRICE] as number
    if (bid < ask) break
    if (volume === 0) state.emitUncrossed(pair.book)
    lastBid = bid
    lastAsk = ask
    if (marks !== null) {
      marks.mark(bids)
      marks.mark(asks)
    }
    volume += tradeLevels(state, pair, bids, asks)
  }
  if (volume === 0) return
  const price = uniformPrice(state, { ...pair, lastBid, lastAsk, reference: state.references[pair.book] as number })
  setPrice(state, summary, price, volume, pair.fee)
}

/**
 * Trades the orders of two levels until one of them is empty; gives how much. Each order is touched once, and of it one
 * cache line: in an auction most orders come from far away.
 */
function tradeLevels(state: BooksState, pair: LanePair, bids: number, asks: number): number {
  const { accounts, ladders, risk } = state
  const { words, doubles } = state.memory
  const buyRate = state.rateAt(BUY, pair.buyLane, doubles[(bids >> 1) + LEVEL_PRICE] as number)
  const sellRate = state.rateAt(SELL, pair.sellLane, doubles[(asks >> 1) + LEVEL_PRICE] as number)
  let buy = words[bids + HEAD_WORD] as number
  let sell = words[asks + HEAD_WORD] as number
  let buyOpen = doubles[(buy >> 1) + ORDER_OPEN] as number
  let sellOpen = doubles[(sell >> 1) + ORDER_OPEN] as number
  let volume = 0
  while (buy !== 0 && sell !== 0) {
    const qty = buyOpen < sellOpen ? buyOpen : sellOpen
    volume += qty
    buyOpen -= qty
    sellOpen -= qty
    // The price is known only at the end: it is written into the events then.
    state.emitTrade(buy, sell, 0, pair.fee, qty, buyOpen, sellOpen)
    if (risk) {
      const buyer = words[buy + ORDER_ACCOUNT_WORD] as number
      accounts.reserve(buyer, -buyRate * qty)
      accounts.deliver(buyer, qty)
      if (sellRate !== 0) accounts.reserve(words[sell + ORDER_ACCOUNT_WORD] as number, -sellRate * qty)
    }
    if (buyOpen === 0) {
      const next = words[buy + NEXT_WORD] as number
      countOut(state, bids, buy)
      state.finish(buy)
      buy = next
      buyOpen = doubles[(next >> 1) + ORDER_OPEN] as number
    }
    if (sellOpen === 0) {
      const next = words[sell + NEXT_WORD] as number
      countOut(state, asks, sell)
      state.finish(sell)
      sell = next
      sellOpen = doubles[(next >> 1) + ORDER_OPEN] as number
    }
  }
  ladders.beginWith(bids, buy)
  ladders.beginWith(asks, sell)
  if (buy !== 0) leaveOpen(state, buy, bids, buyOpen)
  if (sell !== 0) leaveOpen(state, sell, asks, sellOpen)
  return volume
}

/** Takes what an order shows and hides off its level. */
function countOut(state: BooksState, level: number, order: number): void {
  const { doubles } = state.memory
  const hidden = doubles[(order >> 1) + ORDER_HIDDEN] as number
  state.ladders.add(level, hidden - (doubles[(order >> 1) + ORDER_OPEN] as number), -hidden)
}

/** What is left of the order that trades last at a level; an iceberg shows a clip of it. */
function leaveOpen(state: BooksState, order: number, level: number, open: number): void {
  const { doubles } = state.memory
  const double = order >> 1
  const before = doubles[double + ORDER_OPEN] as number
  const hidden = doubles[double + ORDER_HIDDEN] as number
  doubles[double + ORDER_OPEN] = open
  doubles[double + ORDER_FILLED] = (doubles[double + ORDER_FILLED] as number) + before - open
  if (hidden !== 0) state.showClip(order)
  const hiddenAfter = doubles[double + ORDER_HIDDEN] as number
  state.ladders.add(level, open - hiddenAfter - (before - hidden), hiddenAfter - hidden)
}

/** Writes the price into the events of an uncross, lets every trade be paid, and tells the stops. */
function setPrice(state: BooksState, summary: number, price: number, volume: number, fee: number): void {
  const { words, doubles } = state.events
  doubles[summary * EVENT_DOUBLES + EVENT_PRICE] = price
  doubles[summary * EVENT_DOUBLES + EVENT_QTY] = volume
  for (let event = summary + 1; event < state.events.length; event++) {
    doubles[event * EVENT_DOUBLES + EVENT_PRICE] = price
    if (!state.risk) continue
    const word = event * EVENT_WORDS
    payTrade(
      state,
      words[word + MAKER_ACCOUNT_WORD] as number,
      words[word + TAKER_ACCOUNT_WORD] as number,
      price,
      fee,
      doubles[event * EVENT_DOUBLES + EVENT_QTY] as number,
    )
  }
  if (state.pendingStops > 0) state.print(price)
}
