import type { BooksState } from './books-state.ts'
import { eventLayout } from './event-buffer.ts'
import { payTrade, releaseTraded } from './match-taker.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'
import { uniformPrice } from './uniform-price.ts'

const { EVENT_DOUBLES, EVENT_PRICE, EVENT_QTY, EVENT_WORDS, MAKER_ACCOUNT_WORD, TAKER_ACCOUNT_WORD } = eventLayout
const { ORDER_FILLED, ORDER_HIDDEN, ORDER_OPEN } = orderLayout
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
    uncrossPair(state, {
      book,
      buys: base + (pair % buyLanes),
      sells: base + buyLanes + Math.floor(pair / buyLanes),
      gain: gains[pair] as number,
      fee: fees[pair] as number,
    })
  }
}

function uncrossPair(
  state: BooksState,
  pair: {
    readonly book: number
    readonly buys: number
    readonly sells: number
    readonly gain: number
    readonly fee: number
  },
): void {
  const { ladders, memory, events, marks } = state
  const { buys, sells, gain, fee } = pair
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
    const buy = memory.words[bids + HEAD_WORD] as number
    const sell = memory.words[asks + HEAD_WORD] as number
    const buyOpen = memory.doubles[(buy >> 1) + ORDER_OPEN] as number
    const sellOpen = memory.doubles[(sell >> 1) + ORDER_OPEN] as number
    const qty = buyOpen < sellOpen ? buyOpen : sellOpen
    volume += qty
    if (marks !== null) {
      marks.mark(bids)
      marks.mark(asks)
    }
    take(state, buy, bids, qty)
    take(state, sell, asks, qty)
    // The price is known only at the end: it is written into the events then.
    state.emitTrade(buy, sell, 0, fee, qty)
    if (state.risk) releaseTraded(state, buy, sell, qty)
    if (qty === buyOpen) state.finish(buy)
    if (qty === sellOpen) state.finish(sell)
  }
  if (volume === 0) return
  const price = uniformPrice(state, { ...pair, lastBid, lastAsk, reference: state.references[pair.book] as number })
  setPrice(state, summary, price, volume, fee)
}

/** Trades so much of the first order of a level, what it hides included; an iceberg shows a clip of what is left. */
function take(state: BooksState, order: number, level: number, qty: number): void {
  const { doubles } = state.memory
  const double = order >> 1
  const open = (doubles[double + ORDER_OPEN] as number) - qty
  const hidden = doubles[double + ORDER_HIDDEN] as number
  doubles[double + ORDER_OPEN] = open
  doubles[double + ORDER_FILLED] = (doubles[double + ORDER_FILLED] as number) + qty
  if (hidden === 0) {
    state.ladders.add(level, -qty, 0)
    return
  }
  state.showClip(order)
  const hiddenAfter = doubles[double + ORDER_HIDDEN] as number
  state.ladders.add(level, hidden - hiddenAfter - qty, hiddenAfter - hidden)
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
