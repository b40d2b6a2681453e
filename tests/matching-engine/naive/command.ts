import type { NaivePremium, PriceRule } from './naive-market.ts'
import type { Phase, Prevention, TimeInForce } from './naive-order.ts'

export interface ConfigCommand {
  readonly op: 'config'
  readonly minPrice?: number
  readonly maxPrice?: number
  readonly tick?: number
  readonly risk?: boolean
  readonly priceRule?: PriceRule
  readonly fees?: readonly (readonly number[])[]
  readonly sources?: readonly string[]
  readonly premiums?: readonly NaivePremium[]
}

export interface NewCommand {
  readonly op: 'new'
  readonly id: string
  readonly acct: string
  readonly side: string
  readonly type: 'limit' | 'market' | 'stop'
  readonly qty: number
  readonly price?: number
  readonly tif?: TimeInForce
  readonly expiresAt?: number
  readonly postOnly?: boolean
  readonly display?: number
  readonly stopPrice?: number
  readonly stp?: Prevention
  readonly zone?: number
  readonly source?: string
  readonly premium?: string
}

export interface AmendCommand {
  readonly op: 'amend'
  readonly id: string
  readonly price?: number
  readonly qty?: number
}

/** One line of `match`, parsed: prices in EUR/MWh, quantities in Wh, money in µEUR, time in Unix ms. */
export type Command =
  | ConfigCommand
  | NewCommand
  | AmendCommand
  | { readonly op: 'cancel'; readonly id: string }
  | { readonly op: 'clock'; readonly now: number }
  | { readonly op: 'phase'; readonly phase: Phase }
  | { readonly op: 'uncross' }
  | { readonly op: 'reference'; readonly price: number }
  | { readonly op: 'deposit'; readonly acct: string; readonly funds: number; readonly energy: number }
  | { readonly op: 'balances' }
  | { readonly op: 'book' }

/** [price, displayed quantity, ids in queue order] */
export type BookRow = readonly [number, number, readonly string[]]

/** What one command did: one line of output. */
export interface Output {
  /** [maker, taker, price, quantity] */
  readonly trades: readonly (readonly [string, string, number, number])[]
  /** id → [status, filled, open] */
  readonly orders: Readonly<Record<string, readonly [string, number, number]>>
  readonly error?: string
  readonly balances?: Readonly<Record<string, Balance>>
  readonly book?: { readonly bids: readonly BookRow[]; readonly asks: readonly BookRow[] }
}

/** Free and reserved money in µEUR, and free energy in Wh. */
export interface Balance {
  readonly free: number
  readonly reserved: number
  readonly energy: number
}
