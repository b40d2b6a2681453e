import type { BookSide } from './book-side.ts'
import { type LiveOrder, reaches } from './live-order.ts'

/** Whether a fill-or-kill order can trade whole; if an own order stands in the way, which. */
export type FillOrKill = { readonly whole: true } | { readonly whole: false; readonly own: LiveOrder | null }

/**
 * Looks ahead without touching anything: only volume within the limit counts. With self-trade prevention, of
 * any mode, an own order reached before the quantity is complete kills; without it own volume counts as any other.
 */
export function fillOrKill(taker: LiveOrder, makers: BookSide): FillOrKill {
  let missingWh = taker.openWh
  for (const maker of makers.orders()) {
    if (!reaches(taker, maker.priceEurPerMWh)) break
    if (taker.selfTradePrevention !== 'none' && maker.account === taker.account) return { whole: false, own: maker }
    if (maker.openWh >= missingWh) return { whole: true }
    missingWh -= maker.openWh
  }
  return { whole: false, own: null }
}
