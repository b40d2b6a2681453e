import { laterRules } from '#protocol/later-rules.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import { logIdentity } from '../log-identity.ts'

type Hex = `0x${string}`

/** What of a home everybody may see: its own name, or none (the page then numbers it). */
export type NamePolicy = 'names' | 'numbers'

/** An order that is open: whose, and what it says. Prices in EUR/MWh, energy in Wh. */
export interface OpenOrder {
  readonly home: number
  readonly slot: number
  readonly side: 'buy' | 'sell'
  type: string
  priceEurPerMWh: number
  /** the amount it is for, and what of it has not traded */
  energyWh: number
  openWh: number
  /** when and by which event it took its place in the queue */
  placedAtMs: number
  sequence: number
}

/** What has been told so far, as plain data. */
export interface PictureEventsState {
  readonly homeOfAccount: ReadonlyMap<Hex, number>
  readonly homeOfDevice: ReadonlyMap<string, number>
  readonly orders: ReadonlyMap<Hex, OpenOrder>
  readonly openOrders: ReadonlyMap<number, number>
  readonly funds: ReadonlyMap<Hex, number>
}

/**
 * Tells what a log's events come to for somebody who looks: homes by the order in which they joined, orders as what is
 * open, nothing signed. Bounded like the street: orders are kept while they are open.
 */
export class PictureEvents {
  readonly #names: NamePolicy
  readonly #grid: PictureGrid | null
  readonly #homeOfAccount = new Map<Hex, number>()
  readonly #homeOfDevice = new Map<string, number>()
  readonly #orders = new Map<Hex, OpenOrder>()
  readonly #openOrders = new Map<number, number>()
  readonly #funds = new Map<Hex, number>()
  #fundsMicroEur = 0

  /** The state belongs to it from now on. */
  constructor(options: {
    readonly names: NamePolicy
    readonly grid: PictureGrid | null
    readonly state?: PictureEventsState
  }) {
    const { names, grid, state } = options
    this.#names = names
    this.#grid = grid
    if (state === undefined) return
    for (const [account, home] of state.homeOfAccount) this.#homeOfAccount.set(account, home)
    for (const [device, home] of state.homeOfDevice) this.#homeOfDevice.set(device, home)
    for (const [orderId, order] of state.orders) this.#orders.set(orderId, order)
    for (const [slot, count] of state.openOrders) this.#openOrders.set(slot, count)
    for (const [account, balance] of state.funds) this.#fundsOf(account, balance)
  }

  /** All that is kept; it changes with the next event. */
  get state(): PictureEventsState {
    return {
      homeOfAccount: this.#homeOfAccount,
      homeOfDevice: this.#homeOfDevice,
      orders: this.#orders,
      openOrders: this.#openOrders,
      funds: this.#funds,
    }
  }

  /** The orders that are open, by their ids. */
  get orders(): ReadonlyMap<Hex, OpenOrder> {
    return this.#orders
  }

  /** What the log's next event comes to; often nothing. */
  of(logged: LoggedEvent): readonly PictureEvent[] {
    const { event } = logged
    switch (event.type) {
      case 'NeighbourhoodOpened': {
        const { neighbourhood, rules } = event
        const said = { neighbourhood, rules: { ...laterRules, ...rules }, grid: this.#grid }
        return [{ type: 'opened', log: logIdentity(event), ...said }]
      }
      case 'HomeEnrolled': {
        const { account, deviceId, home } = event.enrolment.body
        this.#homeOfAccount.set(account, this.#homeOfAccount.size)
        this.#homeOfDevice.set(deviceId, this.#homeOfDevice.size)
        return [{ type: 'joined', name: this.#names === 'names' ? home : '' }]
      }
      case 'ReadingAccepted': {
        const { deviceId, timeMs, powerW, importWh, exportWh, quality } = event.reading.body
        const home = this.#homeOfDevice.get(deviceId)
        return home === undefined ? [] : [{ type: 'read', home, timeMs, powerW, importWh, exportWh, quality }]
      }
      case 'StatementAccepted': {
        const { account, slot, importWh, exportWh, estimated } = event.statement.body
        const home = this.#home(account)
        return [{ type: 'stated', home, slot, importWh, exportWh, by: estimated ? 'estimate' : 'meter' }]
      }
      case 'SlotPhaseChanged': {
        const { slot, phase, cause = null, untilMs = null } = event
        if (phase === 'settled') this.#openOrders.delete(slot)
        return [{ type: 'phase', slot, phase, cause, untilMs }]
      }
      case 'MarketControlled': {
        const { action } = event.control.body
        if (action === 'stop' || action === 'start') {
          return [{ type: 'market', is: action === 'stop' ? 'stopped' : 'started' }]
        }
        return []
      }
      case 'TradeMatched': {
        const { buyer, seller, buyOrderId, sellOrderId, ...trade } = event.trade
        const left = [buyOrderId, sellOrderId].flatMap((id) => this.#fill(id, trade.energyWh))
        return [{ type: 'traded', trade: { ...trade, seller: this.#home(seller), buyer: this.#home(buyer) } }, ...left]
      }
      case 'FundsChanged':
        for (const { account, balanceMicroEur } of event.funds) this.#fundsOf(account, balanceMicroEur)
        return [{ type: 'funded', fundsMicroEur: this.#fundsMicroEur }]
      case 'BatchProposed': {
        const { number, firstSlot, lastSlot, totals } = event.batch
        return [{ type: 'proposed', number, firstSlot, lastSlot, totals, place: event.place }]
      }
      case 'BatchDisputed':
        return [{ type: 'disputed', number: event.number, place: event.place }]
      case 'BatchUpheld':
        return [{ type: 'upheld', number: event.number, place: event.place }]
      case 'BatchFinalized':
        return [{ type: 'final', number: event.number, place: event.place }]
      default:
        return this.#ofOrder(logged)
    }
  }

  #ofOrder({ sequence, event }: LoggedEvent): readonly PictureEvent[] {
    switch (event.type) {
      case 'OrderPlaced': {
        const { account, slot, side, type, priceEurPerMWh, energyWh } = event.order.body
        const placed = { placedAtMs: event.timeMs, sequence }
        const wish = { slot, side, type, priceEurPerMWh, energyWh, openWh: energyWh }
        this.#orders.set(event.orderId, { home: this.#home(account), ...wish, ...placed })
        return [{ type: 'ordered', slot, openOrders: this.#count(slot, 1) }]
      }
      case 'OrderAmended': {
        const order = this.#orders.get(event.orderId)
        if (order === undefined) return []
        const { type, priceEurPerMWh, energyWh } = event.order.body
        order.openWh = Math.max(0, energyWh - (order.energyWh - order.openWh))
        Object.assign(order, { type, priceEurPerMWh, energyWh })
        if (event.priority === 'lost') Object.assign(order, { placedAtMs: event.timeMs, sequence })
        return []
      }
      case 'OrderReduced': {
        const order = this.#orders.get(event.orderId)
        if (order === undefined) return []
        order.energyWh -= order.openWh - event.openWh
        order.openWh = event.openWh
        return []
      }
      case 'OrderClosed': {
        const order = this.#orders.get(event.orderId)
        if (order === undefined) return []
        this.#orders.delete(event.orderId)
        const { slot, openWh: energyWh } = order
        const left: PictureEvent = { type: 'left', slot, openOrders: this.#count(slot, -1) }
        return event.status === 'expired' && energyWh > 0 ? [{ type: 'unmatched', slot, energyWh }, left] : [left]
      }
      default:
        return []
    }
  }

  #fill(orderId: Hex, energyWh: number): readonly PictureEvent[] {
    const order = this.#orders.get(orderId)
    if (order === undefined) return []
    order.openWh -= energyWh
    if (order.openWh > 0) return []
    this.#orders.delete(orderId)
    return [{ type: 'left', slot: order.slot, openOrders: this.#count(order.slot, -1) }]
  }

  #count(slot: number, by: 1 | -1): number {
    const open = (this.#openOrders.get(slot) ?? 0) + by
    this.#openOrders.set(slot, open)
    return open
  }

  #fundsOf(account: Hex, balanceMicroEur: number): void {
    this.#fundsMicroEur += balanceMicroEur - (this.#funds.get(account) ?? 0)
    this.#funds.set(account, balanceMicroEur)
  }

  #home(account: Hex): number {
    return this.#homeOfAccount.get(account) ?? -1
  }
}
