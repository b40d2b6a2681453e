import type { LiveOrder } from './live-orders.ts'
import type { SeededNumbers } from './seeded-numbers.ts'

/**
 * The members of a market, by account: the first quarter both buys and sells (and so meets itself now and then, which
 * the self-trade check stops), the others do one of both, as a home does in a slot. Those of two sides do not amend:
 * nodejs-order-book forgets whose an amended order is (see `peer-calls.ts`).
 */
export const MEMBERS = 64
const TWO_SIDED = MEMBERS / 4

export function memberFor(random: SeededNumbers, side: LiveOrder['side']): number {
  const drawn = random.below(TWO_SIDED + (MEMBERS - TWO_SIDED) / 2)
  if (drawn < TWO_SIDED) return drawn
  return side === 'buy' ? drawn : drawn + (MEMBERS - TWO_SIDED) / 2
}

/** A live order whose member may amend it; null if a few draws find none. */
export function amendable(random: SeededNumbers, orders: readonly LiveOrder[]): LiveOrder | null {
  for (let draws = 0; draws < 8 && orders.length > 0; draws++) {
    const order = orders[random.below(orders.length)] as LiveOrder
    if (order.account >= TWO_SIDED && order.type === 'limit') return order
  }
  return null
}
