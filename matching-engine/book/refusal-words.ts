import type { Refusal } from '#protocol/refusal.ts'
import type { Amendment, NewOrder } from './book-order.ts'
import { bookRefusals } from './codes.ts'
import { CLIPS_MAX, isQuantity, type PriceLimits, priceFault } from './price-limits.ts'

/** What a refusal is about: a new order, a change, or the name of an order; and how the book stood. */
export interface Refused {
  readonly id: string
  readonly order?: NewOrder | Amendment
  readonly limits: PriceLimits
  readonly phase: string
  readonly nowMs: number
  /** the best price of the other side, NaN: none */
  readonly bestEurPerMWh: number
  /** where the order of this id stands */
  readonly status: string | undefined
}

/** An outcome code (`bookRefusals`, from 1) in words: what was wrong, and in which field. */
export function refusalOf(outcome: number, refused: Refused): Refusal {
  const code = bookRefusals[outcome - 1]
  if (code === undefined) throw new RangeError(`outcome ${outcome} is no refusal`)
  const { id, order, phase, nowMs, bestEurPerMWh, status } = refused
  switch (code) {
    case 'DUPLICATE_ID':
      return { code, detail: `order ${id} is live; its id cannot be used`, field: 'id' }
    case 'INVALID_SIDE':
      return { code, detail: `side ${order && 'side' in order ? order.side : ''} is not buy or sell`, field: 'side' }
    case 'INVALID_QTY':
      return quantityRefusal(order)
    case 'INVALID_PRICE':
      return priceRefusal(refused)
    case 'NOT_TRADING':
      return { code, detail: `the book is ${phase}` }
    case 'NOT_ALLOWED_IN_CALL':
      return { code, detail: 'a call takes limit orders that rest: GTC or GTD' }
    case 'ALREADY_EXPIRED': {
      const expiresAtMs = order && 'expiresAtMs' in order ? order.expiresAtMs : ''
      return { code, detail: `${expiresAtMs} is not after ${nowMs}`, field: 'expiresAtMs' }
    }
    case 'POST_ONLY_WOULD_CROSS':
      return { code, detail: `the best opposite price is ${bestEurPerMWh}`, field: 'priceEurPerMWh' }
    case 'UNKNOWN_ORDER':
      return { code, detail: `no order ${id} was ever seen`, field: 'id' }
    case 'NOT_OPEN':
      return { code, detail: `order ${id} is ${status}`, field: 'id' }
    case 'INSUFFICIENT_FUNDS':
      return { code, detail: `order ${id} needs more money than its account has free`, field: 'energyWh' }
    case 'INSUFFICIENT_ENERGY':
      return { code, detail: `order ${id} needs more energy than its account has free`, field: 'energyWh' }
  }
}

function quantityRefusal(order: NewOrder | Amendment | undefined): Refusal {
  const code = 'INVALID_QTY'
  const energyWh = order?.energyWh
  if (energyWh !== undefined && !isQuantity(energyWh)) {
    return { code, detail: `quantity ${energyWh} is not a whole number from 1 to 2^53 − 1`, field: 'energyWh' }
  }
  if (order !== undefined && 'displayWh' in order && order.displayWh !== undefined && !isQuantity(order.displayWh)) {
    const detail = `display ${order.displayWh} is not a whole number from 1 to 2^53 − 1`
    return { code, detail, field: 'displayWh' }
  }
  if (order !== undefined && 'displayWh' in order && order.energyWh > (order.displayWh ?? 0) * CLIPS_MAX) {
    const detail = `display ${order.displayWh} cuts ${order.energyWh} Wh into more than ${CLIPS_MAX} clips`
    return { code, detail, field: 'displayWh' }
  }
  const price = order?.priceEurPerMWh
  const what = price === undefined ? 'it' : `quantity ${energyWh ?? 'as it is'} at price ${price}`
  return { code, detail: `${what} is worth more than 2^53 − 1`, field: 'energyWh' }
}

function priceRefusal({ order, limits, status }: Refused): Refusal {
  const code = 'INVALID_PRICE'
  if (order !== undefined && 'type' in order && order.type === 'stop') {
    const detail = priceFault(limits, order.stopPriceEurPerMWh ?? Number.NaN) ?? ''
    return { code, detail: `stop ${detail}`, field: 'stopPriceEurPerMWh' }
  }
  const fault = priceFault(limits, order?.priceEurPerMWh ?? Number.NaN)
  return { code, detail: fault ?? `a stop that is ${status} has no limit price`, field: 'priceEurPerMWh' }
}
