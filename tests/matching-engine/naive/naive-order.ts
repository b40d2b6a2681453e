export type Side = 'buy' | 'sell'
export type TimeInForce = 'GTC' | 'GTD' | 'IOC' | 'FOK'
export type Prevention = 'cancel-taker' | 'cancel-maker' | 'cancel-both' | 'decrement'
export type Phase = 'continuous' | 'call' | 'halted' | 'closed'
type Status = 'open' | 'pending' | 'filled' | 'cancelled' | 'expired' | 'rejected'

/** An order with everything that was said about it and everything that became of it. */
export interface NaiveOrder {
  readonly id: string
  readonly acct: string
  readonly side: Side
  readonly type: 'limit' | 'market' | 'stop'
  readonly tif: TimeInForce
  readonly expiresAt: number
  readonly postOnly: boolean
  /** the clip of an iceberg, null for an order that shows all it has */
  readonly display: number | null
  readonly stopPrice: number
  readonly stp: Prevention | null
  readonly zone: number
  readonly source: string | null
  readonly premium: string | null
  status: Status
  /** the limit; means nothing in a market order or a stop */
  price: number
  filled: number
  open: number
  /** what of `open` is on show: it is what has the place in the queue */
  shown: number
  /** smaller is earlier */
  arrival: number
}

export const isLive = (order: NaiveOrder): boolean => order.status === 'open' || order.status === 'pending'

/** What a whole order wanted: what is filled and what is open. What a decrement took away is gone from it. */
export const totalOf = (order: NaiveOrder): number => order.filled + order.open

/** What an order shows that has just come to its place. */
export const clipOf = (order: NaiveOrder): number => Math.min(order.display ?? order.open, order.open)
