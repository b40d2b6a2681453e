import type { Refusal } from '#protocol/refusal.ts'
import type { Side } from './book-order.ts'

/** What happened in a book, in the order in which it happened. Energy in Wh, price in EUR/MWh. */
export type BookEvent =
  /** a new order was taken; its trades, or its rest in the book, follow */
  | { readonly type: 'accepted'; readonly id: string }
  /** a change was taken; `priority` says whether the order kept its place. Its trades follow */
  | {
      readonly type: 'amended'
      readonly id: string
      readonly priority: 'kept' | 'lost'
      readonly priceEurPerMWh: number
      readonly energyWh: number
      readonly openWh: number
    }
  /** a match at the maker's price; openWh is what each has left */
  | {
      readonly type: 'trade'
      readonly maker: TradeParty
      readonly taker: TradeParty
      readonly makerSide: Side
      readonly priceEurPerMWh: number
      readonly energyWh: number
    }
  /** the taker met an order of its own account and self-trade prevention acted; what it did follows */
  | { readonly type: 'prevented'; readonly makerId: string; readonly takerId: string }
  /** self-trade prevention (decrement) took `byWh` off an order without a trade; its total shrinks by the same */
  | { readonly type: 'reduced'; readonly id: string; readonly byWh: number; readonly openWh: number }
  /** the order is not live any more; `cancelledWh` was open until now and did not trade */
  | {
      readonly type: 'closed'
      readonly id: string
      readonly status: 'filled' | 'cancelled' | 'expired'
      readonly cancelledWh: number
    }

/** One side of a trade: its order, its account, and what the order has left after it. */
interface TradeParty {
  readonly id: string
  readonly account: string
  readonly openWh: number
}

/** What a command did: the events, or the refusal that changed nothing. */
export type BookOutcome =
  | { readonly accepted: true; readonly events: readonly BookEvent[] }
  | { readonly accepted: false; readonly refusal: Refusal }
