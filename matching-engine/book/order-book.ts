import type { BookEvent, BookOutcome } from './book-event.ts'
import type { Amendment, BookPhase, NewOrder, OrderState, RestingOrder, Side } from './book-order.ts'
import { bestPrice, depthOf } from './book-view.ts'
import { bookPhases, orderSides, orderTypes, preventions, timesInForce } from './codes.ts'
import { type CommandBuffer, commandLayout } from './command-buffer.ts'
import { MarketBooks, type MarketBooksOptions } from './market-books.ts'
import { opCode } from './order-books.ts'
import { refusalCodes } from './refusal-codes.ts'
import { refusalOf } from './refusal-words.ts'
import { restoreOrder } from './restore-order.ts'

const {
  ACCOUNT_WORD,
  BAD_SIDE_BIT,
  EXPIRES,
  EXTRA,
  HAS_PRICE_BIT,
  HAS_QTY_BIT,
  ICEBERG_BIT,
  ID,
  LANE_WORD,
  PHASE_SHIFT,
  POST_ONLY_BIT,
  PRICE,
  QTY,
  SIDE_SHIFT,
  STP_SHIFT,
  TIF_SHIFT,
  TYPE_SHIFT,
} = commandLayout
const { DUPLICATE_ID, NOT_OPEN, TAKEN, UNKNOWN_ORDER } = refusalCodes

const BUY = 0
const SELL = 1

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
  readonly #market: MarketBooks
  readonly #book: number

  /** A book of a market that is there, or of its own. Throws RangeError on options that make no sense. */
  constructor(market: MarketBooks | MarketBooksOptions, phase: BookPhase = 'continuous') {
    this.#market = market instanceof MarketBooks ? market : new MarketBooks(market)
    this.#book = this.#market.open(phase)
  }

  get phase(): BookPhase {
    return bookPhases[this.#market.books.state.phaseOf(this.#book)] ?? 'closed'
  }

  get nowMs(): number {
    return this.#market.books.nowMs
  }

  /** Where the latest order of this id stands; undefined if no order of it was seen (or it was forgotten). */
  state(id: string): OrderState | undefined {
    return this.#market.stateOf(id)
  }

  /** Takes a new order: accepted, its trades, and its end if it does not rest. */
  place(order: NewOrder): BookOutcome {
    const side = orderSides.indexOf(order.side as Side)
    const head =
      opCode('place') |
      (Math.max(0, side) << SIDE_SHIFT) |
      (orderTypes.indexOf(order.type) << TYPE_SHIFT) |
      (timesInForce.indexOf(order.timeInForce) << TIF_SHIFT) |
      (preventions.indexOf(order.selfTradePrevention) << STP_SHIFT) |
      (order.postOnly ? POST_ONLY_BIT : 0) |
      (order.displayWh === undefined ? 0 : ICEBERG_BIT) |
      (side < 0 ? BAD_SIDE_BIT : 0)
    return this.#run(head, order.id, order, (command) => {
      command.setWord(0, ACCOUNT_WORD, this.#market.accountOf(order.account))
      command.setWord(0, LANE_WORD, this.#laneOf(order))
      command.setDouble(0, ID, this.#market.idOf(order.id))
      command.setDouble(0, PRICE, order.priceEurPerMWh)
      command.setDouble(0, QTY, order.energyWh)
      command.setDouble(0, EXPIRES, order.expiresAtMs)
      command.setDouble(0, EXTRA, order.displayWh ?? order.stopPriceEurPerMWh ?? 0)
    })
  }

  /**
   * Changes an order in one step. A total that is filled already closes it as cancelled (event `closed` alone).
   * Less at the same price keeps its place, as does no change at all; more, or another price, goes to the back
   * and matches like a new arrival, self-trade prevention included.
   */
  amend(amendment: Amendment): BookOutcome {
    const { id, priceEurPerMWh, energyWh } = amendment
    const head =
      opCode('amend') | (priceEurPerMWh === undefined ? 0 : HAS_PRICE_BIT) | (energyWh === undefined ? 0 : HAS_QTY_BIT)
    return this.#run(head, id, amendment, (command) => {
      command.setDouble(0, ID, this.#market.liveIdOf(id))
      command.setDouble(0, PRICE, priceEurPerMWh ?? 0)
      command.setDouble(0, QTY, energyWh ?? 0)
    })
  }

  /** Takes a live order out of the book; also while halted. */
  cancel(id: string): BookOutcome {
    return this.#run(opCode('cancel'), id, undefined, (command) => {
      command.setDouble(0, ID, this.#market.liveIdOf(id))
    })
  }

  /**
   * Moves the clock (Unix ms), which all books of a market share, and expires every GTD order whose time has come.
   * Throws RangeError on a step back.
   */
  advance(nowMs: number): readonly BookEvent[] {
    if (!Number.isSafeInteger(nowMs) || nowMs < this.nowMs) {
      throw new RangeError(`nowMs must be a whole number from ${this.nowMs}, not ${nowMs}`)
    }
    this.#market.run(opCode('clock'), this.#book, undefined, nowMs)
    return this.#market.takeEvents(this.#book)
  }

  /** Changes the phase. Leaving `call` uncrosses; `closed` expires every order, bids before asks, then stops. */
  setPhase(phase: BookPhase): readonly BookEvent[] {
    this.#market.run(opCode('phase') | (bookPhases.indexOf(phase) << PHASE_SHIFT), this.#book)
    return this.#market.takeEvents(this.#book)
  }

  /** Trades all that crosses in a call, at one price; outside a call nothing does. */
  uncross(): readonly BookEvent[] {
    this.#market.run(opCode('uncross'), this.#book)
    return this.#market.takeEvents(this.#book)
  }

  /** The price that decides an uncross where nothing else does; false, if it is none of the market's. */
  setReference(priceEurPerMWh: number): boolean {
    return (
      this.#market.run(opCode('reference'), this.#book, (command) => command.setDouble(0, PRICE, priceEurPerMWh)) === 0
    )
  }

  /**
   * Fills an empty book with open orders in time priority, as they stood, without matching and without events.
   * Throws Error if the book is not empty or has collateral, which would be missing, or if the orders cannot have rested
   * together.
   */
  restore(orders: Iterable<RestingOrder>): void {
    const { state } = this.#market.books
    if (depthOf(state, this.#book, BUY).length + depthOf(state, this.#book, SELL).length > 0) {
      throw new Error('only an empty book can be restored')
    }
    if (state.risk) throw new Error('a book with collateral is restored from its snapshot')
    for (const order of orders) {
      if (this.#isLive(order.id)) throw new Error(`order ${order.id} is restored twice`)
      if (!(order.openWh > 0 && order.openWh <= order.energyWh)) {
        throw new Error(`order ${order.id} cannot have ${order.openWh} of ${order.energyWh} Wh open`)
      }
      restoreOrder(state, {
        id: this.#market.idOf(order.id, order.energyWh - order.openWh),
        book: this.#book,
        account: this.#market.accountOf(order.account),
        side: orderSides.indexOf(order.side),
        price: order.priceEurPerMWh,
        filled: order.energyWh - order.openWh,
        open: order.openWh,
        expiresAtMs: order.timeInForce === 'GTD' ? order.expiresAtMs : 0,
        isPostOnly: order.postOnly,
        prevention: preventions.indexOf(order.selfTradePrevention),
      })
    }
    const bid = bestPrice(state, this.#book, BUY)
    const ask = bestPrice(state, this.#book, SELL)
    if (bid >= ask) throw new Error(`the restored book is crossed: bid ${bid}, ask ${ask}`)
  }

  /** The best price of one side, null if it is empty. */
  best(side: Side): number | null {
    const price = bestPrice(this.#market.books.state, this.#book, orderSides.indexOf(side))
    return Number.isNaN(price) ? null : price
  }

  /** One side's levels, best price first. */
  depth(side: Side): readonly DepthLevel[] {
    return depthOf(this.#market.books.state, this.#book, orderSides.indexOf(side)).map(({ price, shown, ids }) => ({
      priceEurPerMWh: price,
      displayedWh: shown,
      ids: ids.map((id) => this.#market.nameOf(id)),
    }))
  }

  #isLive(id: string): boolean {
    const status = this.state(id)?.status
    return status === 'open' || status === 'pending'
  }

  #laneOf({ side, zone = 0, source = -1, premium = -1 }: NewOrder): number {
    const { lanes } = this.#market.books.state
    return side === 'sell' ? lanes.sellLane(zone, source) : lanes.buyLane(zone, premium)
  }

  #run(
    head: number,
    id: string,
    order: NewOrder | Amendment | undefined,
    fill: (command: CommandBuffer) => void,
  ): BookOutcome {
    const outcome = this.#market.run(head, this.#book, fill)
    const isNew = order !== undefined && 'side' in order
    if (outcome === TAKEN) {
      const events = this.#market.takeEvents(this.#book)
      return { accepted: true, events: isNew ? [{ type: 'accepted', id }, ...events] : events }
    }
    const { state } = this.#market.books
    const status = this.state(id)?.status
    const refusal = refusalOf(outcome === UNKNOWN_ORDER && status !== undefined ? NOT_OPEN : outcome, {
      id,
      limits: state.limits,
      phase: this.phase,
      nowMs: this.nowMs,
      bestEurPerMWh: bestPrice(state, this.#book, isNew && order.side === 'sell' ? BUY : SELL),
      status,
      ...(order === undefined ? {} : { order }),
    })
    if (isNew && outcome !== DUPLICATE_ID) this.#market.reject(id)
    return { accepted: false, refusal }
  }
}
