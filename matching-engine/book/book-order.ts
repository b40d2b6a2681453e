/** Words of an order as the book knows it. Energy in Wh, price in EUR/MWh, time in Unix ms, all whole numbers. */

export type Side = 'buy' | 'sell'
export type TimeInForce = 'GTC' | 'GTD' | 'IOC' | 'FOK'
export type SelfTradePrevention = 'none' | 'cancel-taker' | 'cancel-maker' | 'cancel-both' | 'decrement'
/** `pending` (a stop that has not fired) joins with the stop orders. */
export type OrderStatus = 'open' | 'filled' | 'cancelled' | 'expired' | 'rejected'

/**
 * An order on its way in: the spelling of `protocol/order.ts`, so `{ id, ...body }` fits. `id` and `account` are
 * any strings. `priceEurPerMWh` is not read for a market order, `expiresAtMs` only for GTD.
 */
export interface NewOrder {
  readonly id: string
  readonly account: string
  /** 'buy' or 'sell'; anything else is refused as INVALID_SIDE */
  readonly side: string
  readonly type: 'limit' | 'market'
  readonly priceEurPerMWh: number
  readonly energyWh: number
  readonly timeInForce: TimeInForce
  readonly expiresAtMs: number
  readonly postOnly: boolean
  readonly selfTradePrevention: SelfTradePrevention
}

/** An order that rests, as it is kept and restored. `energyWh` is the total quantity: filled + open. */
export interface RestingOrder {
  readonly id: string
  readonly account: string
  readonly side: Side
  readonly priceEurPerMWh: number
  readonly energyWh: number
  readonly openWh: number
  readonly timeInForce: 'GTC' | 'GTD'
  /** 0 unless GTD */
  readonly expiresAtMs: number
  readonly postOnly: boolean
  readonly selfTradePrevention: SelfTradePrevention
}

/** A change of an order: what is left out stays. `energyWh` is the new *total* quantity (FIX OrderQty). */
export interface Amendment {
  readonly id: string
  readonly priceEurPerMWh?: number
  readonly energyWh?: number
}

/** Where an order stands. `filledWh` is what has traded, `openWh` what can still trade. */
export interface OrderState {
  readonly status: OrderStatus
  readonly filledWh: number
  readonly openWh: number
}
