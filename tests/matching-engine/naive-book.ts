import type { Amendment, NewOrder, OrderState, Side } from '#matching-engine/book/book-order.ts'

interface NaiveOrder extends NewOrder {
  priceEurPerMWh: number
  filledWh: number
  openWh: number
}

type Trade = readonly [maker: string, taker: string, priceEurPerMWh: number, energyWh: number]

/**
 * The rules once more, as slowly and plainly as they can be written: one array in time priority, searched and
 * sorted anew for everything. What the real book is compared with.
 */
export class NaiveBook {
  readonly states = new Map<string, OrderState>()
  phase: 'continuous' | 'halted' | 'closed' = 'continuous'
  trades: Trade[] = []
  #nowMs = 0
  #resting: NaiveOrder[] = []
  readonly #min: number
  readonly #max: number

  constructor(bounds: { readonly min: number; readonly max: number }) {
    this.#min = bounds.min
    this.#max = bounds.max
  }

  place(order: NewOrder): string {
    this.trades = []
    if (this.#resting.some((other) => other.id === order.id)) return 'DUPLICATE_ID'
    const refusal = this.#newRefusal(order)
    if (refusal !== null) {
      this.states.set(order.id, { status: 'rejected', filledWh: 0, openWh: 0 })
      return refusal
    }
    this.#arrive({ ...order, filledWh: 0, openWh: order.energyWh })
    return 'taken'
  }

  #newRefusal(order: NewOrder): string | null {
    if (order.side !== 'buy' && order.side !== 'sell') return 'INVALID_SIDE'
    if (!Number.isInteger(order.energyWh) || order.energyWh < 1) return 'INVALID_QTY'
    if (order.type === 'limit' && !this.#isPrice(order.priceEurPerMWh)) return 'INVALID_PRICE'
    if (this.phase !== 'continuous') return 'NOT_TRADING'
    if (order.timeInForce === 'GTD' && order.expiresAtMs <= this.#nowMs) return 'ALREADY_EXPIRED'
    if (order.postOnly && this.#makersFor(order).length > 0) return 'POST_ONLY_WOULD_CROSS'
    return null
  }

  amend(change: Amendment): string {
    this.trades = []
    const { energyWh, priceEurPerMWh, id } = change
    const order = this.#resting.find((other) => other.id === id)
    if (energyWh !== undefined && (!Number.isInteger(energyWh) || energyWh < 1)) return 'INVALID_QTY'
    if (order !== undefined && energyWh !== undefined && energyWh <= order.filledWh) {
      this.#close(order, 'cancelled')
      return 'taken'
    }
    if (priceEurPerMWh !== undefined && !this.#isPrice(priceEurPerMWh)) return 'INVALID_PRICE'
    if (order === undefined) return this.states.has(id) ? 'NOT_OPEN' : 'UNKNOWN_ORDER'
    if (this.phase !== 'continuous') return 'NOT_TRADING'
    const newPrice = priceEurPerMWh ?? order.priceEurPerMWh
    const newOpen = energyWh === undefined ? order.openWh : energyWh - order.filledWh
    if (order.postOnly && this.#makersFor({ ...order, priceEurPerMWh: newPrice }).length > 0) {
      return 'POST_ONLY_WOULD_CROSS'
    }
    if (newPrice === order.priceEurPerMWh && newOpen <= order.openWh) {
      order.openWh = newOpen
      this.#note(order)
      return 'taken'
    }
    this.#resting = this.#resting.filter((other) => other !== order)
    this.#arrive({ ...order, priceEurPerMWh: newPrice, openWh: newOpen })
    return 'taken'
  }

  cancel(id: string): string {
    this.trades = []
    const order = this.#resting.find((other) => other.id === id)
    if (order === undefined) return this.states.has(id) ? 'NOT_OPEN' : 'UNKNOWN_ORDER'
    this.#close(order, 'cancelled')
    return 'taken'
  }

  advance(nowMs: number): void {
    this.trades = []
    this.#nowMs = nowMs
    for (const order of [...this.#resting]) {
      if (order.timeInForce === 'GTD' && order.expiresAtMs <= nowMs) this.#close(order, 'expired')
    }
  }

  setPhase(phase: 'continuous' | 'halted' | 'closed'): void {
    this.trades = []
    this.phase = phase
    if (phase === 'closed') for (const order of [...this.#resting]) this.#close(order, 'expired')
  }

  depth(side: Side): { priceEurPerMWh: number; displayedWh: number; ids: string[] }[] {
    const orders = this.#resting.filter((order) => order.side === side)
    const prices = [...new Set(orders.map((order) => order.priceEurPerMWh))].sort((a, b) => a - b)
    if (side === 'buy') prices.reverse()
    return prices.map((priceEurPerMWh) => {
      const here = orders.filter((order) => order.priceEurPerMWh === priceEurPerMWh)
      const displayedWh = here.reduce((sum, order) => sum + order.openWh, 0)
      return { priceEurPerMWh, displayedWh, ids: here.map((order) => order.id) }
    })
  }

  #isPrice(price: number): boolean {
    return Number.isInteger(price) && price >= this.#min && price <= this.#max
  }

  /** Everything the order could trade with now, in the order in which it would. */
  #makersFor(order: Pick<NewOrder, 'side' | 'type' | 'priceEurPerMWh'>): NaiveOrder[] {
    const sign = order.side === 'buy' ? 1 : -1
    return this.#resting
      .filter((other) => other.side !== order.side)
      .filter((other) => order.type === 'market' || sign * (order.priceEurPerMWh - other.priceEurPerMWh) >= 0)
      .sort((a, b) => sign * (a.priceEurPerMWh - b.priceEurPerMWh)) // stable: time priority within a price
  }

  #arrive(taker: NaiveOrder): void {
    const mode = taker.selfTradePrevention
    const isOwn = (maker: NaiveOrder) => mode !== 'none' && maker.account === taker.account
    const makers = this.#makersFor(taker)
    if (taker.timeInForce === 'FOK') {
      const upToOwn = makers.some(isOwn) ? makers.slice(0, makers.findIndex(isOwn)) : makers
      const available = upToOwn.reduce((sum, maker) => sum + maker.openWh, 0)
      if (available < taker.openWh) {
        this.#close(taker, 'cancelled')
        return
      }
    }
    for (const maker of makers) {
      const energyWh = Math.min(maker.openWh, taker.openWh)
      if (!isOwn(maker)) {
        this.trades.push([maker.id, taker.id, maker.priceEurPerMWh, energyWh])
        for (const order of [maker, taker]) {
          order.openWh -= energyWh
          order.filledWh += energyWh
        }
        this.#note(maker)
        if (maker.openWh === 0) this.#close(maker, 'filled')
      } else if (mode === 'cancel-maker') {
        this.#close(maker, 'cancelled')
      } else if (mode === 'decrement') {
        maker.openWh -= energyWh
        taker.openWh -= energyWh
        this.#note(maker)
        if (maker.openWh === 0) this.#close(maker, 'cancelled')
      } else {
        if (mode === 'cancel-both') this.#close(maker, 'cancelled')
        this.#close(taker, 'cancelled')
        return
      }
      if (taker.openWh === 0) {
        this.#close(taker, taker.filledWh > 0 ? 'filled' : 'cancelled')
        return
      }
    }
    const rests = taker.type === 'limit' && (taker.timeInForce === 'GTC' || taker.timeInForce === 'GTD')
    if (rests) {
      this.#resting.push(taker)
      this.#note(taker)
    } else {
      this.#close(taker, 'cancelled')
    }
  }

  #note(order: NaiveOrder): void {
    this.states.set(order.id, { status: 'open', filledWh: order.filledWh, openWh: order.openWh })
  }

  #close(order: NaiveOrder, status: 'filled' | 'cancelled' | 'expired'): void {
    this.#resting = this.#resting.filter((other) => other !== order)
    this.states.set(order.id, { status, filledWh: order.filledWh, openWh: 0 })
  }
}
