import type { NaiveMarket } from './naive-market.ts'
import { clipOf, type NaiveOrder } from './naive-order.ts'

/** A trade with what it costs a Wh: the seller gets `price`, the buyer pays `fee` on top. */
export interface Print {
  readonly maker: NaiveOrder
  readonly taker: NaiveOrder
  readonly price: number
  readonly fee: number
  readonly qty: number
}

export interface Sweep {
  readonly prints: readonly Print[]
  /** own orders that made self-trade prevention act */
  readonly met: readonly NaiveOrder[]
}

/**
 * Takes an order through the other side of a book: again and again the best maker, until it is done, stopped, or
 * nothing is within its limit. Changes the orders it is given; what is left of the taker stays as it is.
 */
export function sweep(
  market: NaiveMarket,
  orders: readonly NaiveOrder[],
  taker: NaiveOrder,
  nextArrival: () => number,
): Sweep {
  const prints: Print[] = []
  const met: NaiveOrder[] = []
  for (;;) {
    const maker = orders
      .filter((order) => order.status === 'open' && market.crosses(taker, order))
      .sort((a, b) => market.worth(taker, b) - market.worth(taker, a) || a.arrival - b.arrival)[0]
    if (maker === undefined || taker.open === 0) return { prints, met }
    if (taker.stp !== null && maker.acct === taker.acct) {
      met.push(maker)
      if (taker.stp === 'decrement') {
        const qty = Math.min(taker.open, maker.open)
        taker.open -= qty
        maker.open -= qty
        maker.shown = Math.min(maker.shown, maker.open)
        if (maker.open === 0) maker.status = 'cancelled'
        continue
      }
      if (taker.stp !== 'cancel-taker') cancel(maker)
      if (taker.stp === 'cancel-maker') continue
      cancel(taker)
      return { prints, met }
    }
    const qty = Math.min(taker.open, maker.shown)
    const [buy, sell] = taker.side === 'buy' ? [taker, maker] : [maker, taker]
    prints.push({ maker, taker, price: market.tradePrice(taker, maker), fee: market.fee(sell, buy), qty })
    fill(taker, qty)
    fill(maker, qty)
    maker.shown -= qty
    if (maker.status === 'open' && maker.shown === 0) {
      maker.shown = clipOf(maker)
      maker.arrival = nextArrival()
    }
  }
}

/** The same without touching anything. */
export function dryRun(market: NaiveMarket, orders: readonly NaiveOrder[], taker: NaiveOrder) {
  const copies = orders.map((order) => ({ ...order }))
  const copy = { ...taker }
  let arrival = Number.MAX_SAFE_INTEGER / 2 // after everything that is there
  return { ...sweep(market, copies, copy, () => arrival++), left: copy.open }
}

export function fill(order: NaiveOrder, qty: number): void {
  order.open -= qty
  order.filled += qty
  if (order.open === 0) order.status = 'filled'
}

export function cancel(order: NaiveOrder): void {
  order.status = 'cancelled'
  order.open = 0
}
