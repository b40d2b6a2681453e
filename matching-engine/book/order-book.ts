import type { BookEvent, BookOutcome } from './book-event.ts'
import type { Amendment, NewOrder, OrderState, RestingOrder, Side } from './book-order.ts'
import { type BookPhase, BookState } from './book-state.ts'
import { type LiveOrder, totalWh } from './live-order.ts'
import { matchTaker } from './match-taker.ts'
import { amendRefusal, newOrderRefusal, notLiveRefusal } from './order-checks.ts'
import { type PriceLimits, quantityFault } from './price-limits.ts'

/** A price with what is on show there: the sum in Wh (it stays at 2^53 − 1 above that) and the ids in queue order. */
export interface DepthLevel {
  readonly priceEurPerMWh: number
  readonly displayedWh: number
  readonly ids: readonly string[]
}

/**
 * The order book of one slot: price, then time of arrival. Synchronous and deterministic; time comes in by
 * `advance`. A refusal changes nothing (a refused new order is remembered as `rejected`).
 */
export class OrderBook {
  readonly #limits: PriceLimits
  readonly #state: BookState

  /** Throws RangeError unless the limits are whole numbers, min ≤ max and tick ≥ 1, and the time is whole. */
  constructor(options: PriceLimits & { readonly nowMs: number }) {
    const { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh, nowMs } = options
    for (const [field, value] of Object.entries({ minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh, nowMs })) {
      if (!Number.isSafeInteger(value)) throw new RangeError(`${field} must be a whole number, not ${value}`)
    }
    if (minPriceEurPerMWh > maxPriceEurPerMWh) {
      throw new RangeError(`minPriceEurPerMWh ${minPriceEurPerMWh} is above maxPriceEurPerMWh ${maxPriceEurPerMWh}`)
    }
    if (tickEurPerMWh < 1) throw new RangeError(`tickEurPerMWh must be at least 1, not ${tickEurPerMWh}`)
    this.#limits = { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh }
    this.#state = new BookState(nowMs)
  }

  get phase(): BookPhase {
    return this.#state.phase
  }

  get nowMs(): number {
    return this.#state.nowMs
  }

  /** Where the latest order of this id stands; undefined if no order of it was seen (or it was forgotten). */
  state(id: string): OrderState | undefined {
    return this.#state.stateOf(id)
  }

  /** Takes a new order: accepted, its trades, and its close if it does not rest. */
  place(order: NewOrder): BookOutcome {
    const refusal = newOrderRefusal(this.#state, this.#limits, order)
    if (refusal !== null) {
      if (refusal.code !== 'DUPLICATE_ID') this.#state.reject(order.id)
      return { accepted: false, refusal }
    }
    const taker = liveOrder({ ...order, side: order.side === 'buy' ? 'buy' : 'sell', openWh: order.energyWh })
    this.#state.admit(taker)
    this.#state.emit({ type: 'accepted', id: taker.id })
    matchTaker(this.#state, taker)
    return this.#done()
  }

  /**
   * Changes an order in one step. A total that is filled already closes it as cancelled (event `closed` alone).
   * Less at the same price keeps its place, as does no change at all; more, or another price, goes to the back
   * and matches like a new arrival, self-trade prevention included.
   */
  amend(amendment: Amendment): BookOutcome {
    const order = this.#state.live(amendment.id)
    const { energyWh } = amendment
    if (order !== undefined && energyWh !== undefined && energyWh <= order.filledWh) {
      if (quantityFault({ energyWh, priceEurPerMWh: null }) === null) {
        this.#state.close(order, 'cancelled')
        return this.#done()
      }
    }
    const refusal = amendRefusal(this.#state, this.#limits, amendment)
    if (refusal !== null) return { accepted: false, refusal }
    if (order === undefined) throw new Error(`order ${amendment.id} passed the checks without being live`)
    this.#change(order, amendment)
    return this.#done()
  }

  #change(order: LiveOrder, amendment: Amendment): void {
    const priceEurPerMWh = withoutMinusZero(amendment.priceEurPerMWh ?? order.priceEurPerMWh)
    const openWh = (amendment.energyWh ?? totalWh(order)) - order.filledWh
    const priority = priceEurPerMWh === order.priceEurPerMWh && openWh <= order.openWh ? 'kept' : 'lost'
    if (priority === 'lost') this.#state.unrest(order)
    order.priceEurPerMWh = priceEurPerMWh
    order.openWh = openWh
    const { id } = order
    this.#state.emit({ type: 'amended', id, priority, priceEurPerMWh, energyWh: totalWh(order), openWh })
    if (priority === 'lost') matchTaker(this.#state, order)
  }

  /** Takes a live order out of the book; also while halted. */
  cancel(id: string): BookOutcome {
    const order = this.#state.live(id)
    if (order === undefined) return { accepted: false, refusal: notLiveRefusal(this.#state, id) }
    this.#state.close(order, 'cancelled')
    return this.#done()
  }

  /** Moves the clock (Unix ms) and expires every GTD order whose time has come. Throws RangeError on a step back. */
  advance(nowMs: number): readonly BookEvent[] {
    if (!Number.isSafeInteger(nowMs) || nowMs < this.#state.nowMs) {
      throw new RangeError(`nowMs must be a whole number from ${this.#state.nowMs}, not ${nowMs}`)
    }
    this.#state.nowMs = nowMs
    for (let next = this.#state.nextToExpire; next !== undefined; next = this.#state.nextToExpire) {
      if (next.expiresAtMs > nowMs) break
      this.#state.close(next, 'expired')
    }
    return this.#state.takeEvents()
  }

  /** Changes the phase. `closed` expires every open order, bids before asks and in the order they would trade. */
  setPhase(phase: BookPhase): readonly BookEvent[] {
    this.#state.phase = phase
    if (phase === 'closed') {
      const orders = [...this.#state.side('buy').orders(), ...this.#state.side('sell').orders()]
      for (const order of orders) this.#state.close(order, 'expired')
    }
    return this.#state.takeEvents()
  }

  /**
   * Fills an empty book with open orders in time priority, as they stood, without matching and without events.
   * Throws Error if the book is not empty, or if the orders cannot have rested together.
   */
  restore(orders: Iterable<RestingOrder>): void {
    if (!this.#state.isEmpty) throw new Error('only an empty book can be restored')
    for (const order of orders) {
      if (this.#state.live(order.id) !== undefined) throw new Error(`order ${order.id} is restored twice`)
      if (!(order.openWh > 0 && order.openWh <= order.energyWh)) {
        throw new Error(`order ${order.id} cannot have ${order.openWh} of ${order.energyWh} Wh open`)
      }
      const resting = liveOrder({ ...order, type: 'limit' })
      this.#state.admit(resting)
      this.#state.rest(resting)
    }
    const bid = this.#state.side('buy').best?.priceEurPerMWh ?? Number.NEGATIVE_INFINITY
    const ask = this.#state.side('sell').best?.priceEurPerMWh ?? Number.POSITIVE_INFINITY
    if (bid >= ask) throw new Error(`the restored book is crossed: bid ${bid}, ask ${ask}`)
  }

  /** Forgets closed and rejected orders, which a long-lived book would otherwise keep: their ids become unknown. */
  forgetClosed(): void {
    this.#state.forgetClosed()
  }

  /** One side's levels, best price first. */
  depth(side: Side): readonly DepthLevel[] {
    const levels: DepthLevel[] = []
    for (const level of this.#state.side(side).levels()) {
      const ids: string[] = []
      let displayedWh = 0
      for (let order = level.first; order !== null; order = order.next) {
        ids.push(order.id)
        displayedWh = Math.min(displayedWh + order.openWh, Number.MAX_SAFE_INTEGER)
      }
      levels.push({ priceEurPerMWh: level.priceEurPerMWh, displayedWh, ids })
    }
    return levels
  }

  #done(): BookOutcome {
    return { accepted: true, events: this.#state.takeEvents() }
  }
}

function liveOrder(order: NewOrder & { readonly side: Side; readonly openWh: number }): LiveOrder {
  return {
    id: order.id,
    account: order.account,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    expiresAtMs: order.expiresAtMs,
    postOnly: order.postOnly,
    selfTradePrevention: order.selfTradePrevention,
    priceEurPerMWh: order.type === 'limit' ? withoutMinusZero(order.priceEurPerMWh) : 0,
    filledWh: order.energyWh - order.openWh,
    openWh: order.openWh,
    arrival: 0,
    level: null,
    previous: null,
    next: null,
    expiryIndex: -1,
  }
}

/** −0 is a number JavaScript tells from 0; a price is not. */
const withoutMinusZero = (price: number): number => (price === 0 ? 0 : price)
