import { eventKinds } from '../book/codes.ts'
import { type EventBuffer, eventLayout } from '../book/event-buffer.ts'

const { EVENT_DOUBLES, EVENT_QTY, EVENT_WORDS, KIND_WORD, MAKER_ID, TAKER_ID } = eventLayout

const TRADE = eventKinds.indexOf('trade')
const CLOSED = eventKinds.indexOf('closed')

/** An order that is open, or a stop that waits. */
export interface LiveOrder {
  readonly id: number
  readonly book: number
  readonly account: number
  readonly side: 'buy' | 'sell'
  readonly type: 'limit' | 'market' | 'stop'
  priceEurPerMWh: number
  totalWh: number
  openWh: number
  /** where it stands in `LiveOrders.all` */
  place: number
}

/** The live orders of a stream while it is written, so that its cancels and amends mean something. */
export class LiveOrders {
  readonly all: LiveOrder[] = []
  /** what is open of limit orders, by side */
  readonly openWh = { buy: 0, sell: 0 }
  readonly #byId = new Map<number, LiveOrder>()

  get count(): number {
    return this.all.length
  }

  add(order: LiveOrder): void {
    order.place = this.all.push(order) - 1
    this.#byId.set(order.id, order)
    if (order.type === 'limit') this.openWh[order.side] += order.openWh
  }

  setOpen(order: LiveOrder, openWh: number): void {
    if (order.type === 'limit') this.openWh[order.side] += openWh - order.openWh
    order.openWh = openWh
    if (openWh === 0) this.#remove(order)
  }

  /** Follows what the books tell. */
  apply(events: EventBuffer): void {
    for (let n = 0; n < events.length; n++) {
      const kind = (events.words[n * EVENT_WORDS + KIND_WORD] as number) & 255
      const double = n * EVENT_DOUBLES
      const maker = this.#byId.get(events.doubles[double + MAKER_ID] as number)
      if (kind === CLOSED && maker !== undefined) this.setOpen(maker, 0)
      if (kind !== TRADE) continue
      const energyWh = events.doubles[double + EVENT_QTY] as number
      for (const order of [maker, this.#byId.get(events.doubles[double + TAKER_ID] as number)]) {
        if (order !== undefined) this.setOpen(order, order.openWh - energyWh)
      }
    }
  }

  #remove(order: LiveOrder): void {
    const last = this.all.pop()
    if (last !== undefined && last !== order) {
      this.all[order.place] = last
      last.place = order.place
    }
    this.#byId.delete(order.id)
  }
}
