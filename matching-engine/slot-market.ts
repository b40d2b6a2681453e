import type { SlotPhase } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { StreetSlot } from '#protocol/street.ts'
import { slotTimes } from './admission/market-view.ts'
import type { BookPhase, RestingOrder } from './book/book-order.ts'
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
  const book = bookOf({ rules, nowMs })
  book.restore(restingOrders(of))
  book.setPhase(bookPhaseOf(phase))
  const session = new Session({ ...slotTimes(slot, rules), phase, callEndsMs, haltEndsMs, isHeld, isStopped })
  return { slot, session, book }
}

/** What a book may do in a phase of its session. */
export function bookPhaseOf(phase: SlotPhase): BookPhase {
  return phase === 'continuous' || phase === 'halted' ? phase : 'closed'
}

function bookOf({ rules, nowMs }: { readonly rules: MarketRules; readonly nowMs: number }): OrderBook {
  const { minPriceEurPerMWh, maxPriceEurPerMWh } = rules
  return new OrderBook({ minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh: 1, nowMs })
}

function* restingOrders(slot: StreetSlot): Generator<RestingOrder> {
  for (const { orderId, timeInForce, ...order } of slot.openOrders.values()) {
    // IOC and FOK never rest: one in the log's book would be a broken log.
    if (timeInForce === 'IOC' || timeInForce === 'FOK') throw new Error(`${timeInForce} order ${orderId} is resting`)
    yield { id: orderId, timeInForce, ...order }
  }
}
