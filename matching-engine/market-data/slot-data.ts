import type { Hash32 } from '#protocol/ids.ts'
import type { MarketEvent, MarketEventOf, SlotPhase } from '#protocol/market-event.ts'
import type { Depth } from '#protocol/messages.ts'
import { type LevelState, PriceLevels } from './price-levels.ts'
import { SlotStatistics } from './slot-statistics.ts'

interface ShownOrder {
  readonly orderId: Hash32
  readonly side: 'buy' | 'sell'
  readonly priceEurPerMWh: number
  openWh: number
  filledWh: number
}

/** What the data of a slot is, as plain data. */
export interface SlotDataState {
  readonly slot: number
  readonly phase: SlotPhase
  readonly changedAt: number
  readonly forgottenAt: number
  readonly bids: readonly LevelState[]
  readonly asks: readonly LevelState[]
  readonly statistics: Omit<SlotStatistics, 'add'>
  readonly orders: ReadonlyMap<Hash32, ShownOrder>
}

/** The market data of one slot, as of the last sequence that `apply` was given. */
export class SlotData {
  readonly slot: number
  readonly statistics = new SlotStatistics()
  phase: SlotPhase = 'scheduled'
  /** the last sequence that changed a level, the phase or the last trade */
  changedAt = 0
  #bids = new PriceLevels('buy')
  #asks = new PriceLevels('sell')
  /** the sequence before which nobody can be told what has changed since */
  #forgottenAt = 0
  readonly #orders = new Map<Hash32, ShownOrder>()
  /** an order under way: its trades come first, and what is left of it then rests */
  #arriving: ShownOrder | null = null

  constructor(slot: number) {
    this.slot = slot
  }

  /** The data with that state, which belongs to it from now on. */
  static from(state: SlotDataState): SlotData {
    const data = new SlotData(state.slot)
    data.phase = state.phase
    data.changedAt = state.changedAt
    data.#forgottenAt = state.forgottenAt
    Object.assign(data.statistics, state.statistics)
    data.#bids = new PriceLevels('buy', state.bids)
    data.#asks = new PriceLevels('sell', state.asks)
    for (const [orderId, order] of state.orders) data.#orders.set(orderId, order)
    return data
  }

  /** All of it between two commands; it changes with the next. Throws while an order is under way. */
  get state(): SlotDataState {
    if (this.#arriving !== null) throw new Error(`slot ${this.slot} is in the middle of a command`)
    const { slot, phase, changedAt, statistics } = this
    return {
      slot,
      phase,
      changedAt,
      statistics,
      forgottenAt: this.#forgottenAt,
      bids: this.#bids.state,
      asks: this.#asks.state,
      orders: this.#orders,
    }
  }

  /** Levels of each side, best first. */
  get bids(): PriceLevels {
    return this.#bids
  }

  get asks(): PriceLevels {
    return this.#asks
  }

  get orders(): number {
    return this.#orders.size
  }

  /** Takes the next event of this slot. */
  apply(event: MarketEvent, sequence: number): void {
    switch (event.type) {
      case 'OrderPlaced': {
        this.settle(sequence)
        const { side, priceEurPerMWh, energyWh: openWh } = event.order.body
        this.#arriving = { orderId: event.orderId, side, priceEurPerMWh, openWh, filledWh: 0 }
        return
      }
      case 'OrderAmended':
        this.settle(sequence)
        this.#amend(event, sequence)
        return
      case 'OrderReduced':
        this.#shrinkTo(event.orderId, event.openWh, sequence)
        return
      case 'OrderClosed':
        // Not one of which nothing is left: an amend to what has traded, or self-trade prevention, came before.
        if (this.#shows(event.orderId)) this.#shrinkTo(event.orderId, 0, sequence)
        return
      case 'TradeMatched': {
        const { trade } = event
        this.#fill(trade.buyOrderId, trade.energyWh, sequence)
        this.#fill(trade.sellOrderId, trade.energyWh, sequence)
        this.statistics.add(trade)
        this.changedAt = sequence
        return
      }
      case 'SlotPhaseChanged':
        this.settle(sequence)
        this.phase = event.phase
        this.changedAt = sequence
        if (event.phase === 'delivering') this.#forget(sequence)
    }
  }

  /** The command is over: what is left of an order under way rests. */
  settle(sequence: number): void {
    const order = this.#arriving
    if (order === null) return
    this.#arriving = null
    this.#orders.set(order.orderId, order)
    this.#change(order, { openWh: order.openWh, orders: 1, sequence })
  }

  /** What has changed after a sequence, as of another; everything if that cannot be told, or for null. */
  depthAfter(fromSequence: number | null, toSequence: number): Depth {
    const { slot, phase, statistics } = this
    const { lastEurPerMWh, lastWh } = statistics
    const about = { slot, toSequence, phase, lastEurPerMWh, lastWh }
    return fromSequence === null || fromSequence < this.#forgottenAt
      ? { ...about, fromSequence: 0, bids: this.#bids.rows, asks: this.#asks.rows }
      : {
          ...about,
          fromSequence,
          bids: this.#bids.changedAfter(fromSequence),
          asks: this.#asks.changedAfter(fromSequence),
        }
  }

  #amend({ orderId, order: { body }, priority }: MarketEventOf<'OrderAmended'>, sequence: number): void {
    const order = this.#order(orderId)
    const openWh = Math.max(0, body.energyWh - order.filledWh)
    if (priority === 'kept') {
      this.#shrinkTo(orderId, openWh, sequence)
      return
    }
    this.#shrinkTo(orderId, 0, sequence)
    this.#arriving = { ...order, priceEurPerMWh: body.priceEurPerMWh, openWh }
  }

  #fill(orderId: Hash32, energyWh: number, sequence: number): void {
    const order = this.#order(orderId)
    order.filledWh += energyWh
    this.#shrinkTo(orderId, order.openWh - energyWh, sequence)
  }

  /** Leaves so much of an order; one of which nothing is left is not shown any more. */
  #shrinkTo(orderId: Hash32, openWh: number, sequence: number): void {
    const order = this.#order(orderId)
    if (order === this.#arriving) {
      order.openWh = openWh
      if (openWh === 0) this.#arriving = null
      return
    }
    this.#change(order, { openWh: openWh - order.openWh, orders: openWh === 0 ? -1 : 0, sequence })
    order.openWh = openWh
    if (openWh === 0) this.#orders.delete(orderId)
  }

  #change(
    { side, priceEurPerMWh }: ShownOrder,
    by: { readonly openWh: number; readonly orders: -1 | 0 | 1; readonly sequence: number },
  ): void {
    const levels = side === 'buy' ? this.#bids : this.#asks
    levels.change({ priceEurPerMWh, ...by })
    this.changedAt = by.sequence
  }

  #shows(orderId: Hash32): boolean {
    return this.#arriving?.orderId === orderId || this.#orders.has(orderId)
  }

  #order(orderId: Hash32): ShownOrder {
    const order = this.#arriving?.orderId === orderId ? this.#arriving : this.#orders.get(orderId)
    if (order === undefined) throw new Error(`slot ${this.slot} shows no order ${orderId}`)
    return order
  }

  /** Nothing is open from delivery on: what was there need not be kept for those who have not heard of it yet. */
  #forget(sequence: number): void {
    this.#bids = new PriceLevels('buy')
    this.#asks = new PriceLevels('sell')
    this.#forgottenAt = sequence
  }
}
