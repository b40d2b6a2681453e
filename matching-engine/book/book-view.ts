import type { OrderState } from './book-order.ts'
import type { BooksState } from './books-state.ts'
import { bookCodes, orderStatuses } from './codes.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'

const { SELL } = bookCodes
const { NEXT_WORD, ORDER_ARRIVAL, ORDER_FILLED, ORDER_HIDDEN, ORDER_ID, ORDER_OPEN, STATUS_MASK, TRAITS_WORD } =
  orderLayout
const { HEAD_WORD, LEVEL_PRICE } = levelLayout

/** A price with what is on show there: the sum in Wh (2^53 − 1 at most) and the orders' ids in queue order. */
export interface PriceView {
  readonly price: number
  readonly shown: number
  readonly ids: readonly number[]
}

/** Where a live order stands; undefined if there is none of this id. */
export function orderState(state: BooksState, id: number): OrderState | undefined {
  const order = state.ids.find(new Float64Array([id]), 0)
  if (order === 0) return undefined
  const status = (state.memory.words[order + TRAITS_WORD] as number) & STATUS_MASK
  return {
    status: orderStatuses[status] ?? 'open',
    filledWh: state.memory.doubles[(order >> 1) + ORDER_FILLED] as number,
    openWh: state.memory.doubles[(order >> 1) + ORDER_OPEN] as number,
  }
}

/** One side's prices, best first, all lanes together; at one price the orders in their order of arrival. */
export function depthOf(state: BooksState, book: number, side: number): readonly PriceView[] {
  const { ladders, lanes, memory } = state
  const first = book * state.laddersPerBook + (side === SELL ? lanes.buyLanes : 0)
  const count = side === SELL ? lanes.sellLanes : lanes.buyLanes
  const byPrice = new Map<number, number[]>()
  for (let lane = 0; lane < count; lane++) {
    for (let level = ladders.best[first + lane] ?? 0; level !== 0; level = ladders.nextLevel(level)) {
      const price = memory.doubles[(level >> 1) + LEVEL_PRICE] as number
      const found = byPrice.get(price) ?? []
      byPrice.set(price, found)
      let order = memory.words[level + HEAD_WORD] as number
      for (; order !== 0; order = memory.words[order + NEXT_WORD] as number) found.push(order)
    }
  }
  const arrival = (order: number) => memory.doubles[(order >> 1) + ORDER_ARRIVAL] as number
  const shownOf = (order: number) =>
    (memory.doubles[(order >> 1) + ORDER_OPEN] as number) - (memory.doubles[(order >> 1) + ORDER_HIDDEN] as number)
  return [...byPrice]
    .sort(([a], [b]) => (side === SELL ? a - b : b - a))
    .map(([price, found]) => ({
      price,
      shown: found.reduce((sum, order) => Math.min(sum + shownOf(order), Number.MAX_SAFE_INTEGER), 0),
      ids: found
        .sort((a, b) => arrival(a) - arrival(b))
        .map((order) => memory.doubles[(order >> 1) + ORDER_ID] as number),
    }))
}

/** The best price of one side over all its lanes, NaN if it is empty. */
export function bestPrice(state: BooksState, book: number, side: number): number {
  const { ladders, lanes, memory } = state
  const first = book * state.laddersPerBook + (side === SELL ? lanes.buyLanes : 0)
  const count = side === SELL ? lanes.sellLanes : lanes.buyLanes
  let best = Number.NaN
  for (let lane = first; lane < first + count; lane++) {
    const level = ladders.best[lane] ?? 0
    if (level === 0) continue
    const price = memory.doubles[(level >> 1) + LEVEL_PRICE] as number
    if (Number.isNaN(best) || (side === SELL ? price < best : price > best)) best = price
  }
  return best
}
