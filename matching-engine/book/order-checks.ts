import type { Refusal, RefusalCode } from '#protocol/refusal.ts'
import type { Amendment, NewOrder } from './book-order.ts'
import type { BookState } from './book-state.ts'
import { reaches, totalWh } from './live-order.ts'
import { type PriceLimits, priceFault, quantityFault } from './price-limits.ts'

const refuse = (code: RefusalCode, detail: string, field?: string): Refusal =>
  field === undefined ? { code, detail } : { code, detail, field }

/** Why a new order is refused, or null; the checks stand in the order of the rules. */
export function newOrderRefusal(book: BookState, limits: PriceLimits, order: NewOrder): Refusal | null {
  const { id, side, type, priceEurPerMWh, energyWh } = order
  if (book.live(id) !== undefined) return refuse('DUPLICATE_ID', `order ${id} is live; its id cannot be used`, 'id')
  if (side !== 'buy' && side !== 'sell') return refuse('INVALID_SIDE', `side ${side} is not buy or sell`, 'side')
  const limitEurPerMWh = type === 'limit' ? priceEurPerMWh : null
  const quantity = quantityFault({ energyWh, priceEurPerMWh: limitEurPerMWh })
  if (quantity !== null) return refuse('INVALID_QTY', quantity, 'energyWh')
  const price = limitEurPerMWh === null ? null : priceFault(limits, limitEurPerMWh)
  if (price !== null) return refuse('INVALID_PRICE', price, 'priceEurPerMWh')
  if (book.phase !== 'continuous') return refuse('NOT_TRADING', `the book is ${book.phase}`)
  if (order.timeInForce === 'GTD' && !(order.expiresAtMs > book.nowMs)) {
    return refuse('ALREADY_EXPIRED', `${order.expiresAtMs} is not after ${book.nowMs}`, 'expiresAtMs')
  }
  const best = book.opposite(side).best
  if (order.postOnly && best !== undefined && reaches(order, best.priceEurPerMWh)) {
    return refuse('POST_ONLY_WOULD_CROSS', `the best opposite price is ${best.priceEurPerMWh}`, 'priceEurPerMWh')
  }
  return null
}

/**
 * Why an amend is refused, or null. An order that is post-only stays so: a price that would cross is refused.
 * An amend to a total that is filled already is not for this check: it closes the order whatever else it says.
 */
export function amendRefusal(book: BookState, limits: PriceLimits, amendment: Amendment): Refusal | null {
  const order = book.live(amendment.id)
  const energyWh = amendment.energyWh ?? (order === undefined ? undefined : totalWh(order))
  const priceEurPerMWh = amendment.priceEurPerMWh ?? order?.priceEurPerMWh ?? null
  const quantity = energyWh === undefined ? null : quantityFault({ energyWh, priceEurPerMWh })
  if (quantity !== null) return refuse('INVALID_QTY', quantity, 'energyWh')
  const price = amendment.priceEurPerMWh === undefined ? null : priceFault(limits, amendment.priceEurPerMWh)
  if (price !== null) return refuse('INVALID_PRICE', price, 'priceEurPerMWh')
  if (order === undefined) return notLiveRefusal(book, amendment.id)
  if (book.phase !== 'continuous') return refuse('NOT_TRADING', `the book is ${book.phase}`)
  const best = book.opposite(order.side).best
  const changed = { side: order.side, type: order.type, priceEurPerMWh: priceEurPerMWh ?? order.priceEurPerMWh }
  if (order.postOnly && best !== undefined && reaches(changed, best.priceEurPerMWh)) {
    return refuse('POST_ONLY_WOULD_CROSS', `the best opposite price is ${best.priceEurPerMWh}`, 'priceEurPerMWh')
  }
  return null
}

/** Why nothing can be done to an order that is not live. */
export function notLiveRefusal(book: BookState, id: string): Refusal {
  const state = book.stateOf(id)
  return state === undefined
    ? refuse('UNKNOWN_ORDER', `no order ${id} was ever seen`, 'id')
    : refuse('NOT_OPEN', `order ${id} is ${state.status}`, 'id')
}
