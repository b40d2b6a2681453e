import type { BookEvent } from '#matching-engine/book/book-event.ts'
import type { Amendment, NewOrder, OrderStatus, Side } from '#matching-engine/book/book-order.ts'
import { OrderBook } from '#matching-engine/book/order-book.ts'

/** What a test may leave out of an order: a GTC limit order of its own account. */
export type Wish = Partial<Omit<NewOrder, 'id' | 'side' | 'energyWh'>>

/** A book written and read in short words, for tests that read as the rule they check. */
export class BookFixture {
  readonly book: OrderBook
  readonly events: BookEvent[] = []

  constructor(limits: { readonly min: number; readonly max: number; readonly tick: number } = street) {
    this.book = new OrderBook({
      minPriceEurPerMWh: limits.min,
      maxPriceEurPerMWh: limits.max,
      tickEurPerMWh: limits.tick,
      nowMs: 0,
    })
  }

  buy(id: string, priceEurPerMWh: number, energyWh: number, wish: Wish = {}): string {
    return this.place({ ...gtc, account: `account of ${id}`, ...wish, id, side: 'buy', priceEurPerMWh, energyWh })
  }

  sell(id: string, priceEurPerMWh: number, energyWh: number, wish: Wish = {}): string {
    return this.place({ ...gtc, account: `account of ${id}`, ...wish, id, side: 'sell', priceEurPerMWh, energyWh })
  }

  /** 'taken', or the code of the refusal. The events of this command alone are in `events` afterwards. */
  place(order: NewOrder): string {
    return this.#outcome(this.book.place(order))
  }

  amend(id: string, change: Omit<Amendment, 'id'>): string {
    return this.#outcome(this.book.amend({ id, ...change }))
  }

  cancel(id: string): string {
    return this.#outcome(this.book.cancel(id))
  }

  advance(nowMs: number): void {
    this.#keep(this.book.advance(nowMs))
  }

  phase(phase: OrderBook['phase']): void {
    this.#keep(this.book.setPhase(phase))
  }

  /** The last command's trades: [maker, taker, price, quantity]. */
  get trades(): readonly (readonly [string, string, number, number])[] {
    return this.events.flatMap((event) =>
      event.type === 'trade' ? [[event.maker.id, event.taker.id, event.priceEurPerMWh, event.energyWh] as const] : [],
    )
  }

  /** [status, filled, open] */
  state(id: string): readonly [OrderStatus, number, number] | undefined {
    const state = this.book.state(id)
    return state && [state.status, state.filledWh, state.openWh]
  }

  /** [price, displayed, ids], best first. */
  depth(side: Side): readonly (readonly [number, number, readonly string[]])[] {
    return this.book.depth(side).map((level) => [level.priceEurPerMWh, level.displayedWh, level.ids])
  }

  #outcome(outcome: ReturnType<OrderBook['place']>): string {
    this.#keep(outcome.accepted ? outcome.events : [])
    return outcome.accepted ? 'taken' : outcome.refusal.code
  }

  #keep(events: readonly BookEvent[]): void {
    this.events.splice(0, this.events.length, ...events)
  }
}

const street = { min: -500, max: 4_000, tick: 1 }
const gtc = {
  type: 'limit',
  timeInForce: 'GTC',
  expiresAtMs: 0,
  postOnly: false,
  selfTradePrevention: 'none',
} as const
