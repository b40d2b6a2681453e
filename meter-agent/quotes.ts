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
  const wanted = new Map(quotes.map((quote) => [quote.slot, quote]))
  const known = new Set(positions.slots.map(({ slot }) => slot))
  const inSlots = positions.slots.filter(isTrading).map((slot) => planSlot(slot, wanted.get(slot.slot)))
  const fresh = quotes.filter(({ slot }) => !known.has(slot)).map((quote): OrderAction => ({ type: 'place', quote }))
  const actions = [...inSlots.flat(), ...fresh]
  return [...actions.filter(({ type }) => type === 'cancel'), ...actions.filter(({ type }) => type !== 'cancel')]
}

/** Whether orders may still be sent for a slot. */
export function isTrading(slot: Pick<SlotPositions, 'phase'>): boolean {
  return slot.phase === 'call' || slot.phase === 'continuous'
}

function planSlot(slot: SlotPositions, quote: Quote | undefined): readonly OrderAction[] {
  const kept = slot.openOrders.find(({ side }) => side === quote?.side)
  const cancels = slot.openOrders
    .filter((order) => order !== kept)
    .map(({ orderId }): OrderAction => ({ type: 'cancel', slot: slot.slot, orderId }))
  if (quote === undefined) return cancels
  if (kept === undefined) return [...cancels, { type: 'place', quote }]
  return isAsWanted(kept, quote)
    ? cancels
    : [...cancels, { type: 'amend', replaces: kept.nonce, totalWh: filledWh(kept) + quote.energyWh, quote }]
}

function isAsWanted(order: OpenOrder, quote: Quote): boolean {
  return order.priceEurPerMWh === quote.priceEurPerMWh && order.openWh === quote.energyWh
}

function filledWh(order: OpenOrder): number {
  return order.energyWh - order.openWh
}
