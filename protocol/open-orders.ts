type Hex = `0x${string}`

/** An order that can still trade. `energyWh` is the total quantity, `openWh` what is left of it. */
export interface OpenOrder {
  readonly orderId: Hex
  readonly account: Hex
  readonly side: 'buy' | 'sell'
  readonly timeInForce: 'GTC' | 'GTD' | 'IOC' | 'FOK'
  readonly expiresAtMs: number
  readonly postOnly: boolean
  readonly selfTradePrevention: 'none' | 'cancel-taker' | 'cancel-maker' | 'cancel-both' | 'decrement'
  nonce: number
  priceEurPerMWh: number
  energyWh: number
  openWh: number
}

/** The open orders of a slot by id, and each account's own among them; both iterate in time priority. */
export interface OpenOrders {
  readonly openOrders: Map<Hex, OpenOrder>
  readonly openOrdersOf: Map<Hex, Map<Hex, OpenOrder>>
}

/** Puts an order at the back of the queue. */
export function addOpenOrder({ openOrders, openOrdersOf }: OpenOrders, order: OpenOrder): void {
  openOrders.set(order.orderId, order)
  const own = openOrdersOf.get(order.account)
  if (own === undefined) openOrdersOf.set(order.account, new Map([[order.orderId, order]]))
  else own.set(order.orderId, order)
}

/** Takes an order out of the queue, if it is there. */
export function removeOpenOrder({ openOrders, openOrdersOf }: OpenOrders, orderId: Hex): void {
  const order = openOrders.get(orderId)
  if (order === undefined) return
  openOrders.delete(orderId)
  const own = openOrdersOf.get(order.account)
  own?.delete(orderId)
  if (own?.size === 0) openOrdersOf.delete(order.account)
}
