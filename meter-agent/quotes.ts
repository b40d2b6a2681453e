import type { Positions } from '#protocol/messages.ts'
import type { Quote } from './traders/trader.ts'

/** What has to be sent so that the book holds what the home wants. */
export type OrderAction =
  | { readonly type: 'place'; readonly quote: Quote }
  /** `replaces` is the nonce of the order; `totalWh` counts what is filled of it already (FIX OrderQty) */
  | { readonly type: 'amend'; readonly replaces: number; readonly totalWh: number; readonly quote: Quote }
  | { readonly type: 'cancel'; readonly slot: number; readonly orderId: `0x${string}` }

type SlotPositions = Positions['slots'][number]
type OpenOrder = SlotPositions['openOrders'][number]

/**
 * The smallest list of actions that turns a home's open orders into its quotes: the oldest order of the wanted side
 * is kept or amended, every other one is cancelled. Cancels come first, so the home never meets itself. Slots that do
 * not trade any more are left alone.
 */
export function planOrders(quotes: readonly Quote[], positions: Pick<Positions, 'slots'>): readonly OrderAction[] {
  const cancels: OrderAction[] = []
  const others: OrderAction[] = []
  for (const held of positions.slots) {
    if (!isTrading(held)) continue
    const quote = quotes.find(({ slot }) => slot === held.slot)
    const kept = held.openOrders.find(({ side }) => side === quote?.side)
    for (const order of held.openOrders) {
      if (order !== kept) cancels.push({ type: 'cancel', slot: held.slot, orderId: order.orderId })
    }
    if (quote === undefined) continue
    if (kept === undefined) others.push({ type: 'place', quote })
    else if (!isAsWanted(kept, quote)) {
      others.push({ type: 'amend', replaces: kept.nonce, totalWh: filledWh(kept) + quote.energyWh, quote })
    }
  }
  for (const quote of quotes) {
    if (!positions.slots.some(({ slot }) => slot === quote.slot)) others.push({ type: 'place', quote })
  }
  return [...cancels, ...others]
}

/** Whether orders may still be sent for a slot. */
export function isTrading(slot: Pick<SlotPositions, 'phase'>): boolean {
  return slot.phase === 'call' || slot.phase === 'continuous'
}

function isAsWanted(order: OpenOrder, quote: Quote): boolean {
  return order.priceEurPerMWh === quote.priceEurPerMWh && order.openWh === quote.energyWh
}

function filledWh(order: OpenOrder): number {
  return order.energyWh - order.openWh
}
