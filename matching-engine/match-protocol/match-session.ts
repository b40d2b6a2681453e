import type { RefusalCode } from '#protocol/refusal.ts'
import type { BookEvent, BookOutcome } from '../book/book-event.ts'
import type { OrderStatus, Side } from '../book/book-order.ts'
import { GRID_ACCOUNT, MarketBooks } from '../book/market-books.ts'
import { OrderBook } from '../book/order-book.ts'
import { BadCommand } from './bad-command.ts'
import { type MatchCommand, parseCommand } from './parse-command.ts'
import { defaultConfig, type MatchConfig } from './read-config.ts'

/** How many orders that have ended a stream remembers: later it counts them as never seen. */
const REMEMBERED_ORDERS = 2 ** 20

/** [price, displayed quantity, ids in queue order] */
type BookRow = readonly [number, number, readonly string[]]

/** What one line of `match` did: one JSON object a line of output. */
export interface MatchLine {
  /** [maker, taker, price, quantity] in the order in which they happened */
  readonly trades: readonly (readonly [string, string, number, number])[]
  /**
   * id → [status, filled, open] of every order the command changed, of the one it names, and of an own order that
   * made self-trade prevention act even where that one stayed as it was
   */
  readonly orders: Readonly<Record<string, readonly [OrderStatus, number, number]>>
  readonly error?: RefusalCode
  readonly balances?: Readonly<
    Record<string, { readonly free: number; readonly reserved: number; readonly energy: number }>
  >
  readonly book?: { readonly bids: readonly BookRow[]; readonly asks: readonly BookRow[] }
}

/** One stream of commands through one order book. */
export class MatchSession {
  #config = defaultConfig
  #market = marketWith(defaultConfig)
  #book = new OrderBook(this.#market)
  readonly #accounts = new Set<string>()
  #lines = 0

  /** Takes one NDJSON line. Throws BadCommand, with nothing changed, if it is not a command. */
  line(text: string): MatchLine {
    const command = parseCommand(text, this.#config)
    if (command.op === 'config') {
      if (this.#lines > 0) throw new BadCommand({ field: 'op', value: 'config', expected: 'config on line 1 only' })
      this.#config = command.config
      this.#market = marketWith(command.config)
      this.#book = new OrderBook(this.#market)
    }
    const line = this.#take(command)
    this.#lines++
    return line
  }

  #take(command: MatchCommand): MatchLine {
    const book = this.#book
    switch (command.op) {
      case 'config':
        return this.#report([], null)
      case 'new': {
        const { order } = command
        const outcome = book.place(order)
        if (outcome.accepted) this.#accounts.add(order.account)
        return this.#outcome(outcome, order.id)
      }
      case 'cancel':
        return this.#outcome(book.cancel(command.id), command.id)
      case 'amend':
        return this.#outcome(book.amend(command.amendment), command.amendment.id)
      case 'clock': {
        const { nowMs } = command
        if (nowMs < book.nowMs) {
          throw new BadCommand({ field: 'now', value: nowMs, expected: `at least ${book.nowMs}: time never goes back` })
        }
        return this.#report(book.advance(nowMs), null)
      }
      case 'phase':
        return this.#report(book.setPhase(command.phase), null)
      case 'uncross':
        return this.#report(book.uncross(), null)
      case 'reference':
        return this.#reference(command.priceEurPerMWh)
      case 'deposit':
        return this.#deposit(command)
      case 'balances':
        return { ...this.#report([], null), balances: this.#balances() }
      case 'book':
        return { ...this.#report([], null), book: { bids: this.#rows('buy'), asks: this.#rows('sell') } }
    }
  }

  #reference(priceEurPerMWh: number): MatchLine {
    if (!this.#book.setReference(priceEurPerMWh)) {
      throw new BadCommand({ field: 'price', value: priceEurPerMWh, expected: 'a price of this market' })
    }
    return this.#report([], null)
  }

  #deposit({ account, amounts }: Extract<MatchCommand, { readonly op: 'deposit' }>): MatchLine {
    if (!this.#market.deposit(account, amounts)) {
      const expected = 'amounts from 0 that leave the sum of all deposits within 2^53 − 1'
      throw new BadCommand({ field: 'funds', value: amounts, expected })
    }
    this.#accounts.add(account)
    return this.#report([], null)
  }

  #balances(): NonNullable<MatchLine['balances']> {
    // Fees make the grid an account of its own.
    if (this.#market.balance(GRID_ACCOUNT).freeMicroEur !== 0) this.#accounts.add(GRID_ACCOUNT)
    return Object.fromEntries(
      [...this.#accounts].map((account) => {
        const { freeMicroEur, reservedMicroEur, freeWh } = this.#market.balance(account)
        return [account, { free: freeMicroEur, reserved: reservedMicroEur, energy: freeWh }]
      }),
    )
  }

  #outcome(outcome: BookOutcome, id: string): MatchLine {
    return outcome.accepted
      ? this.#report(outcome.events, id)
      : { ...this.#report([], id), error: outcome.refusal.code }
  }

  #report(events: readonly BookEvent[], named: string | null): MatchLine {
    const ids = new Set(events.flatMap(touched))
    if (named !== null) ids.add(named)
    const states = [...ids].flatMap((id) => {
      const state = this.#book.state(id)
      return state === undefined ? [] : [[id, [state.status, state.filledWh, state.openWh]] as const]
    })
    const trades = events.flatMap((event) =>
      event.type === 'trade' ? [[event.maker.id, event.taker.id, event.priceEurPerMWh, event.energyWh] as const] : [],
    )
    // fromEntries defines its keys, so an order called __proto__ is one like any other
    return { trades, orders: Object.fromEntries(states) }
  }

  #rows(side: Side): readonly BookRow[] {
    return this.#book.depth(side).map((level) => [level.priceEurPerMWh, level.displayedWh, level.ids])
  }
}

/** The orders an event is about. */
function touched(event: BookEvent): readonly string[] {
  switch (event.type) {
    case 'trade':
      return [event.maker.id, event.taker.id]
    case 'prevented':
      return [event.makerId, event.takerId]
    case 'accepted':
    case 'uncrossed':
      return [] // a command's own order comes last, an auction's are in its trades
    default:
      return [event.id]
  }
}

function marketWith({ limits, risk, priceRule, terms }: MatchConfig): MarketBooks {
  return new MarketBooks({ ...limits, nowMs: 0, risk, priceRule, terms, remembered: REMEMBERED_ORDERS })
}
