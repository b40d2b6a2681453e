import type { BookEvent } from './book-event.ts'
import type { OrderState, Side } from './book-order.ts'
import { BookSide } from './book-side.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { type LiveOrder, stateOf } from './live-order.ts'

/** When a book trades: `continuous` matches on arrival, `halted` takes cancels only, `closed` takes nothing. */
export type BookPhase = 'continuous' | 'halted' | 'closed'

/** What a book holds, changed only in whole steps that keep its indexes together and say what they did. */
export class BookState {
  phase: BookPhase = 'continuous'
  nowMs: number
  readonly #sides: Readonly<Record<Side, BookSide>> = { buy: new BookSide('buy'), sell: new BookSide('sell') }
  readonly #live = new Map<string, LiveOrder>()
  readonly #closed = new Map<string, OrderState>()
  readonly #expiries = new ExpiryQueue()
  #events: BookEvent[] = []
  #arrivals = 0

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  side(side: Side): BookSide {
    return this.#sides[side]
  }

  /** The side an order of `side` trades against. */
  opposite(side: Side): BookSide {
    return side === 'buy' ? this.#sides.sell : this.#sides.buy
  }

  live(id: string): LiveOrder | undefined {
    return this.#live.get(id)
  }

  get isEmpty(): boolean {
    return this.#live.size === 0
  }

  /** Where the latest order of this id stands; undefined if it was never seen, or forgotten. */
  stateOf(id: string): OrderState | undefined {
    const order = this.#live.get(id)
    return order === undefined ? this.#closed.get(id) : stateOf(order)
  }

  /** The resting GTD order that expires next. */
  get nextToExpire(): LiveOrder | undefined {
    return this.#expiries.first
  }

  /** Makes an order live, under an id that is not. It rests nowhere yet. */
  admit(order: LiveOrder): void {
    this.#closed.delete(order.id)
    this.#live.set(order.id, order)
  }

  /** Remembers a refused new order, whose id is not live. */
  reject(id: string): void {
    this.#closed.set(id, { status: 'rejected', filledWh: 0, openWh: 0 })
  }

  /** Puts a live limit order at the back of its price's queue. */
  rest(order: LiveOrder): void {
    order.arrival = ++this.#arrivals
    this.#sides[order.side].append(order)
    if (order.timeInForce === 'GTD') this.#expiries.add(order)
  }

  /** Takes an order out of its queue; it stays live. */
  unrest(order: LiveOrder): void {
    this.#sides[order.side].remove(order)
    this.#expiries.remove(order)
  }

  /** Ends an order's life, resting or not; what was open of it is cancelled. */
  close(order: LiveOrder, status: 'filled' | 'cancelled' | 'expired'): void {
    if (order.level !== null) this.unrest(order)
    this.#live.delete(order.id)
    this.#closed.set(order.id, { status, filledWh: order.filledWh, openWh: 0 })
    this.emit({ type: 'closed', id: order.id, status, cancelledWh: order.openWh })
    order.openWh = 0
  }

  forgetClosed(): void {
    this.#closed.clear()
  }

  emit(event: BookEvent): void {
    this.#events.push(event)
  }

  /** What happened since the last call. */
  takeEvents(): readonly BookEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}
