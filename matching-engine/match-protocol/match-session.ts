import type { RefusalCode } from '#protocol/refusal.ts'
import type { BookEvent, BookOutcome } from '../book/book-event.ts'
import type { OrderStatus, Side } from '../book/book-order.ts'
import { OrderBook } from '../book/order-book.ts'
import type { PriceLimits } from '../book/price-limits.ts'
import { BadCommand } from './bad-command.ts'
import { defaultLimits, type MatchCommand, parseCommand } from './parse-command.ts'

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
  readonly book?: { readonly bids: readonly BookRow[]; readonly asks: readonly BookRow[] }
}

/** One stream of commands through one order book. */
export class MatchSession {
  #book = bookWith(defaultLimits)
  #lines = 0

  /** Takes one NDJSON line. Throws BadCommand, with nothing changed, if it is not a command. */
  line(text: string): MatchLine {
    const command = parseCommand(text)
    if (command.op === 'config') {
      if (this.#lines > 0) throw new BadCommand({ field: 'op', value: 'config', expected: 'config on line 1 only' })
      this.#book = bookWith(command.limits)
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
      case 'new':
        return this.#outcome(book.place(command.order), command.order.id)
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
      case 'book':
        return { ...this.#report([], null), book: { bids: this.#rows('buy'), asks: this.#rows('sell') } }
    }
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
      return [] // the command's own order: it comes last
    default:
      return [event.id]
  }
}

function bookWith(limits: PriceLimits): OrderBook {
  return new OrderBook({ ...limits, nowMs: 0 })
}
