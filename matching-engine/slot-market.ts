import type { MarketRules } from '#protocol/market-rules.ts'
import type { StreetSlot } from '#protocol/street.ts'
import { slotTimes } from './admission/market-view.ts'
import type { BookPhase, RestingOrder } from './book/book-order.ts'
import type { NeighbourTerms } from './book/neighbour-terms.ts'
import { OrderBook } from './book/order-book.ts'
import { Session } from './session-machine.ts'

/** One slot while it is not settled: its session says the phase, its book trades. */
export interface SlotMarket {
  readonly slot: number
  readonly session: Session
  readonly book: OrderBook
}

/** A slot nobody has traded yet. */
export function newSlotMarket(options: {
  readonly slot: number
  readonly rules: MarketRules
  readonly nowMs: number
  readonly isStopped: boolean
  /** where homes are, and what the wires between them cost; nothing of it unless told */
  readonly neighbours?: NeighbourTerms | undefined
}): SlotMarket {
  const { slot, rules, isStopped } = options
  return {
    slot,
    session: new Session({ ...slotTimes(slot, rules), isStopped, phase: 'scheduled' }),
    book: bookOf(options),
  }
}

/** A slot as the log left it: the session in its phase, the open orders in the book in time priority. */
export function restoredSlotMarket(options: {
  readonly of: StreetSlot
  readonly rules: MarketRules
  readonly nowMs: number
  readonly isStopped: boolean
}): SlotMarket {
  const { of, rules, nowMs, isStopped } = options
  const { slot, phase, callEndsMs, haltEndsMs, isHeld } = of
  const session = new Session({ ...slotTimes(slot, rules), phase, callEndsMs, haltEndsMs, isHeld, isStopped })
  const book = bookOf({ rules, nowMs })
  if (bookPhaseOf(session) === 'call') collectAgain(book, restingOrders(of))
  else book.restore(restingOrders(of))
  book.setPhase(bookPhaseOf(session))
  return { slot, session, book }
}

/** What a book may do in a phase of its session. A call that is halted stays one, or the halt would end it in trades. */
export function bookPhaseOf({ phase, holds }: Session): BookPhase {
  if (phase === 'call' || (phase === 'halted' && holds.callEndsMs !== null)) return 'call'
  return phase === 'continuous' || phase === 'halted' ? phase : 'closed'
}

/** Fills the book of a call: what it has collected may cross, and nothing of it has traded yet. */
function collectAgain(book: OrderBook, orders: Iterable<RestingOrder>): void {
  book.setPhase('call')
  for (const { openWh, ...order } of orders) {
    if (order.energyWh !== openWh) throw new Error(`order ${order.id} has traded before the first auction`)
    const outcome = book.place({ ...order, type: 'limit' })
    if (!outcome.accepted) throw new Error(`order ${order.id} cannot have been collected: ${outcome.refusal.detail}`)
  }
}

function bookOf(options: {
  readonly rules: MarketRules
  readonly nowMs: number
  readonly neighbours?: NeighbourTerms | undefined
}): OrderBook {
  const { rules, nowMs, neighbours } = options
  const { minPriceEurPerMWh, maxPriceEurPerMWh, priceRule } = rules
  const terms = neighbours === undefined ? {} : { terms: neighbours }
  return new OrderBook({ minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh: 1, priceRule, nowMs, ...terms })
}

function* restingOrders(slot: StreetSlot): Generator<RestingOrder> {
  for (const { orderId, timeInForce, ...order } of slot.openOrders.values()) {
    // IOC and FOK never rest: one in the log's book would be a broken log.
    if (timeInForce === 'IOC' || timeInForce === 'FOK') throw new Error(`${timeInForce} order ${orderId} is resting`)
    yield { id: orderId, timeInForce, ...order }
  }
}
