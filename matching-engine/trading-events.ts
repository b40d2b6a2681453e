import type { SignedOrder } from '#protocol/envelope.ts'
import type { Hash32, Hex } from '#protocol/ids.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import type { StreetSlot } from '#protocol/street.ts'
import type { BookEvent } from './book/book-event.ts'

/** What a book event means for the log, or null if the log says it already. */
export function marketEventOf(happened: {
  readonly event: BookEvent
  /** the slot as the events before this one have left it */
  readonly slot: StreetSlot
  readonly timeMs: number
  /** the signed order that set this off; null when time did */
  readonly cause: SignedOrder | null
}): MarketEvent | null {
  const { event, slot, timeMs, cause } = happened
  switch (event.type) {
    case 'accepted':
      return { type: 'OrderPlaced', timeMs, orderId: event.id as Hash32, order: caused(event, cause) }
    case 'amended': {
      const { priority } = event
      return { type: 'OrderAmended', timeMs, orderId: event.id as Hash32, order: caused(event, cause), priority }
    }
    case 'trade': {
      const { maker, taker, makerSide, priceEurPerMWh, energyWh } = event
      const [buy, sell] = makerSide === 'buy' ? [maker, taker] : [taker, maker]
      const trade = {
        id: `${slot.slot}.${slot.trades + 1}`,
        slot: slot.slot,
        buyer: buy.account as Hex,
        seller: sell.account as Hex,
        buyOrderId: buy.id as Hash32,
        sellOrderId: sell.id as Hash32,
        makerSide,
        priceEurPerMWh,
        energyWh,
      }
      return { type: 'TradeMatched', timeMs, trade }
    }
    case 'reduced':
      return { type: 'OrderReduced', timeMs, orderId: event.id as Hash32, slot: slot.slot, openWh: event.openWh }
    case 'prevented':
    case 'triggered':
    case 'refreshed':
    case 'uncrossed':
      return null // what it did follows
    case 'closed': {
      const orderId = event.id as Hash32
      const status = event.status === 'expired' ? 'expired' : 'cancelled'
      // A last fill closes an order by itself; one that self-trade prevention finished is still there.
      if (event.status === 'filled' && !slot.openOrders.has(orderId)) return null
      return { type: 'OrderClosed', timeMs, orderId, slot: slot.slot, status }
    }
  }
}

function caused(event: BookEvent, cause: SignedOrder | null): SignedOrder {
  if (cause === null) throw new Error(`the book says ${event.type} although nobody sent an order`)
  return cause
}
