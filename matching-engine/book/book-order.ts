/** Words of an order as the book knows it. Energy in Wh, price in EUR/MWh, time in Unix ms, all whole numbers. */

import type { bookPhases, orderStatuses, orderTypes, preventions, priceRules, timesInForce } from './codes.ts'

export type Side = 'buy' | 'sell'
type OrderType = (typeof orderTypes)[number]
type TimeInForce = (typeof timesInForce)[number]
type SelfTradePrevention = (typeof preventions)[number]
export type OrderStatus = (typeof orderStatuses)[number]
/** `call` collects, `continuous` matches on arrival, `halted` takes cancels only, `closed` takes nothing. */
export type BookPhase = (typeof bookPhases)[number]
export type PriceRule = (typeof priceRules)[number]

/**
 * An order on its way in: the spelling of `protocol/order.ts`, so `{ id, ...body }` fits. `id` and `account` are
 * any strings. `priceEurPerMWh` is read for limit orders only, `expiresAtMs` only for GTD.
 */
export interface NewOrder {
  readonly id: string
  readonly account: string
  /** 'buy' or 'sell'; anything else is refused as INVALID_SIDE */
  readonly side: string
  readonly type: OrderType
  readonly priceEurPerMWh: number
  readonly energyWh: number
  readonly timeInForce: TimeInForce
  readonly expiresAtMs: number
  readonly postOnly: boolean
  readonly selfTradePrevention: SelfTradePrevention
  /** an iceberg's clip: the most that it shows at a time */
  readonly displayWh?: number
  /** of a stop: the print at or through which it becomes a market order */
  readonly stopPriceEurPerMWh?: number
  /** where the home hangs on the grid, by the market's terms (0) */
  readonly zone?: number
  /** of a sell: the source of its energy, by its place in the market's terms (none) */
  readonly source?: number
  /** of a buy: the premium it would pay, by its place in the market's terms (none) */
  readonly premium?: number
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
