import type { Balance } from './accounts.ts'
import type { BookEvent } from './book-event.ts'
import type { BookPhase, PriceRule, Side } from './book-order.ts'
import { bookPhases, eventKinds, orderStatuses, priceRules } from './codes.ts'
import { ACCOUNT_WORD, CommandBuffer, PHASE_SHIFT, PRICE, QTY } from './command-buffer.ts'
import {
  DETAIL_SHIFT,
  EVENT_BOOK_WORD,
  EVENT_DOUBLES,
  EVENT_PRICE,
  EVENT_QTY,
  EVENT_WORDS,
  FEE_WORD,
  KIND_WORD,
  MAKER_ACCOUNT_WORD,
  MAKER_ID,
  MAKER_OPEN,
  MAKER_SIDE_SHIFT,
  TAKER_ACCOUNT_WORD,
  TAKER_ID,
  TAKER_OPEN,
} from './event-buffer.ts'
import type { NeighbourTerms } from './neighbour-terms.ts'
import { OrderBooks, opCode } from './order-books.ts'
import type { PriceLimits } from './price-limits.ts'

/** The account that grid fees go to. */
export const GRID_ACCOUNT = 'grid'
const GRID_ACCOUNT_INDEX = 0

/** How the books of a market trade. */
export interface MarketBooksOptions extends PriceLimits {
  readonly nowMs: number
  /** whether orders reserve collateral (no) */
  readonly risk?: boolean
  /** zones, fees and sources (one zone without fees) */
  readonly terms?: NeighbourTerms
  /** the uniform price of an uncross (largest-volume) */
  readonly priceRule?: PriceRule
  /** how many orders that have ended are remembered (16,384) */
  readonly remembered?: number
}

/**
 * The books of a market in words: orders and accounts have names here, what happens is told as objects. Underneath is
 * `OrderBooks`, which knows numbers only.
 */
export class MarketBooks {
  readonly books: OrderBooks
  readonly #command = new CommandBuffer(1)
  readonly #ids = new Map<string, number>()
  readonly #idNames = new Map<number, string>()
  #lastId = 0
  readonly #accounts = new Map<string, number>([[GRID_ACCOUNT, GRID_ACCOUNT_INDEX]])
  readonly #accountNames: string[] = [GRID_ACCOUNT]
  /** what happened in a book while another one's command ran (time passes for all), until it is asked for */
  readonly #unread = new Map<number, BookEvent[]>()
  /** ids that the books have forgotten: their names go once the events that may tell of them are read */
  readonly #forgotten: number[] = []
  #nextBook = 0
  readonly #released: number[] = []

  /** Throws RangeError on options that make no sense. */
  constructor(options: MarketBooksOptions) {
    const { priceRule = 'largest-volume', ...rest } = options
    this.books = new OrderBooks({
      ...rest,
      priceRule: priceRules.indexOf(priceRule),
      gridAccount: GRID_ACCOUNT_INDEX,
      onForget: (id) => this.#forgotten.push(id),
    })
  }

  /** Opens a book; gives its index. */
  open(phase: BookPhase): number {
    const book = this.#released.pop() ?? this.#nextBook++
    this.run(opCode('open-book') | (bookPhases.indexOf(phase) << PHASE_SHIFT), book)
    return book
  }

  /** Ends a book and gives its memory back. */
  release(book: number): void {
    this.run(opCode('release-book'), book)
    this.#unread.delete(book)
    this.#released.push(book)
  }

  /**
   * Runs one command at a time (now, unless told otherwise); gives its outcome. What happened is in `takeEvents`.
   * `fill` sets the fields that the head does not hold.
   */
  run(head: number, book: number, fill?: (command: CommandBuffer) => void, nowMs = this.books.nowMs): number {
    this.#command.clear()
    this.#command.add(head, book, nowMs)
    fill?.(this.#command)
    this.books.run(this.#command)
    this.#readEvents()
    return this.#command.outcomes[0] as number
  }

  /** What happened in a book and was not taken yet, in order. */
  takeEvents(book: number): readonly BookEvent[] {
    const events = this.#unread.get(book) ?? []
    this.#unread.delete(book)
    return events
  }

  /** The number of an order's name; a name that was not seen, or is forgotten, gets one. */
  idOf(name: string): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const id = ++this.#lastId
    this.#ids.set(name, id)
    this.#idNames.set(id, name)
    return id
  }

  /** The number of an order's name, 0 if it was never seen, or is forgotten. */
  knownIdOf(name: string): number {
    return this.#ids.get(name) ?? 0
  }

  nameOf(id: number): string {
    const name = this.#idNames.get(id)
    if (name === undefined) throw new Error(`order ${id} has no name`)
    return name
  }

  accountOf(name: string): number {
    const known = this.#accounts.get(name)
    if (known !== undefined) return known
    const account = this.#accountNames.length
    this.#accounts.set(name, account)
    this.#accountNames.push(name)
    return account
  }

  /** Gives an account free money (µEUR) and free energy (Wh); false if the sum of all deposits would not stay exact. */
  deposit(account: string, deposit: { readonly moneyMicroEur: number; readonly energyWh: number }): boolean {
    const outcome = this.run(opCode('deposit'), 0, (command) => {
      command.setWord(0, ACCOUNT_WORD, this.accountOf(account))
      command.setDouble(0, PRICE, deposit.moneyMicroEur)
      command.setDouble(0, QTY, deposit.energyWh)
    })
    return outcome === 0
  }

  balance(account: string): Balance {
    return this.books.balance(this.accountOf(account))
  }

  #forget(id: number): void {
    const name = this.#idNames.get(id)
    if (name === undefined) return
    this.#idNames.delete(id)
    this.#ids.delete(name)
  }

  #readEvents(): void {
    const { events } = this.books
    for (let at = 0; at < events.length; at++) {
      const book = events.words[at * EVENT_WORDS + EVENT_BOOK_WORD] as number
      const unread = this.#unread.get(book)
      const event = this.#eventAt(at)
      if (unread === undefined) this.#unread.set(book, [event])
      else unread.push(event)
    }
    events.clear()
    for (let id = this.#forgotten.pop(); id !== undefined; id = this.#forgotten.pop()) this.#forget(id)
  }

  #eventAt(at: number): BookEvent {
    const { words, doubles } = this.books.events
    const double = at * EVENT_DOUBLES
    const kind = words[at * EVENT_WORDS + KIND_WORD] as number
    const detail = kind >>> DETAIL_SHIFT
    const qty = doubles[double + EVENT_QTY] as number
    const openWh = doubles[double + MAKER_OPEN] as number
    const priceEurPerMWh = doubles[double + EVENT_PRICE] as number
    const type = eventKinds[kind & 255]
    if (type === 'uncrossed') return { type, priceEurPerMWh, energyWh: qty }
    const id = this.nameOf(doubles[double + MAKER_ID] as number)
    switch (type) {
      case 'accepted':
      case 'triggered':
        return { type, id }
      case 'amended':
        return { type, id, priority: detail === 0 ? 'kept' : 'lost', priceEurPerMWh, energyWh: qty, openWh }
      case 'trade':
        return this.#tradeAt(at, ((kind >>> MAKER_SIDE_SHIFT) & 1) === 0 ? 'buy' : 'sell')
      case 'prevented':
        return { type, makerId: id, takerId: this.nameOf(doubles[double + TAKER_ID] as number) }
      case 'reduced':
        return { type, id, byWh: qty, openWh }
      case 'refreshed':
        return { type, id, shownWh: qty }
      case 'closed':
        return { type, id, status: orderStatuses[detail] as 'filled' | 'cancelled' | 'expired', cancelledWh: qty }
      default:
        throw new Error(`event kind ${kind & 255} is unknown`)
    }
  }

  #tradeAt(at: number, makerSide: Side): BookEvent {
    const { words, doubles } = this.books.events
    const word = at * EVENT_WORDS
    const double = at * EVENT_DOUBLES
    const party = (idAt: number, accountAt: number, openAt: number) => ({
      id: this.nameOf(doubles[double + idAt] as number),
      account: this.#accountNames[words[word + accountAt] as number] ?? '',
      openWh: doubles[double + openAt] as number,
    })
    return {
      type: 'trade',
      maker: party(MAKER_ID, MAKER_ACCOUNT_WORD, MAKER_OPEN),
      taker: party(TAKER_ID, TAKER_ACCOUNT_WORD, TAKER_OPEN),
      makerSide,
      priceEurPerMWh: doubles[double + EVENT_PRICE] as number,
      gridFeeEurPerMWh: words[word + FEE_WORD] as number,
      energyWh: doubles[double + EVENT_QTY] as number,
    }
  }
}
