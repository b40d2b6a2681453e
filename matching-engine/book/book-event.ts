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
  /** a match at what the seller gets; openWh is what each has left: an order with none left is filled and gone */
  | {
      readonly type: 'trade'
      readonly maker: TradeParty
      readonly taker: TradeParty
      readonly makerSide: Side
      readonly priceEurPerMWh: number
      /** what the buyer pays on top for the wires */
      readonly gridFeeEurPerMWh: number
      readonly energyWh: number
    }
  /** the taker met an order of its own account and self-trade prevention acted; what it did follows */
  | { readonly type: 'prevented'; readonly makerId: string; readonly takerId: string }
  /** self-trade prevention (decrement) took `byWh` off an order without a trade; its total shrinks by the same */
  | { readonly type: 'reduced'; readonly id: string; readonly byWh: number; readonly openWh: number }
  /** the order has ended other than by a trade; `cancelledWh` was open until now and did not trade */
  | {
      readonly type: 'closed'
      readonly id: string
      readonly status: 'filled' | 'cancelled' | 'expired'
      readonly cancelledWh: number
    }
  /** a stop has become a market order; its trades follow */
  | { readonly type: 'triggered'; readonly id: string }
  /** an iceberg shows its next clip, at the back of its level */
  | { readonly type: 'refreshed'; readonly id: string; readonly shownWh: number }
  /** an auction has traded so much at one price; its trades follow */
  | { readonly type: 'uncrossed'; readonly priceEurPerMWh: number; readonly energyWh: number }

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
