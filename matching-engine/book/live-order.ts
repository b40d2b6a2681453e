import type { OrderState, SelfTradePrevention, Side, TimeInForce } from './book-order.ts'

/** The queue at one price that an order rests in. */
export interface RestingPlace {
  readonly priceEurPerMWh: number
  readonly first: LiveOrder | null
  readonly append: (order: LiveOrder) => void
  readonly remove: (order: LiveOrder) => void
}

/** An order between its acceptance and its close, with its links into the book. Energy in Wh, price in EUR/MWh. */
export interface LiveOrder {
  readonly id: string
  readonly account: string
  readonly side: Side
  readonly type: 'limit' | 'market'
  readonly timeInForce: TimeInForce
  readonly expiresAtMs: number
  readonly postOnly: boolean
  readonly selfTradePrevention: SelfTradePrevention
  priceEurPerMWh: number
  filledWh: number
  openWh: number
  /** time priority: smaller is earlier; given anew each time the order goes to the back of a queue */
  arrival: number
  /** where it rests; null while it does not */
  level: RestingPlace | null
  previous: LiveOrder | null
  next: LiveOrder | null
  /** its place in the expiry queue, −1 outside of it */
  expiryIndex: number
}

/** The order's total quantity (FIX OrderQty). What self-trade prevention took off it does not count any more. */
export function totalWh(order: LiveOrder): number {
  return order.filledWh + order.openWh
}

/** Whether the order would trade at a price of the other side: equal prices cross, a market order takes any. */
export function reaches(
  order: { readonly side: string; readonly type: 'limit' | 'market'; readonly priceEurPerMWh: number },
  makerPriceEurPerMWh: number,
): boolean {
  if (order.type === 'market') return true
  return order.side === 'buy'
    ? makerPriceEurPerMWh <= order.priceEurPerMWh
    : makerPriceEurPerMWh >= order.priceEurPerMWh
}

/** Where a live order stands. */
export function stateOf(order: LiveOrder): OrderState {
  return { status: 'open', filledWh: order.filledWh, openWh: order.openWh }
}
