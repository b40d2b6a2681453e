import type { Balance } from './accounts.ts'
import type { BookEvent } from './book-event.ts'
import type { BookPhase, OrderState, OrderStatus, PriceRule, Side } from './book-order.ts'
import { orderState } from './book-view.ts'
import { bookPhases, eventKinds, orderStatuses, priceRules } from './codes.ts'
import { CommandBuffer, commandLayout } from './command-buffer.ts'
import { eventLayout } from './event-buffer.ts'
import type { NeighbourTerms } from './neighbour-terms.ts'
import { OrderBooks, opCode } from './order-books.ts'
import type { PriceLimits } from './price-limits.ts'

const { ACCOUNT_WORD, PHASE_SHIFT, PRICE, QTY } = commandLayout
const {
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
} = eventLayout

const REMEMBERED_ORDERS = 16_384

/** A live order's name, and what of it has traded. */
interface LiveName {
  readonly name: string
  filledWh: number
}

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
  /** how many orders that have ended are remembered (16,384); later ones push the earliest out */
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
  readonly #live = new Map<number, LiveName>()
  /** what became of the latest orders that have ended, the one that ended first at first */
  readonly #ended = new Map<string, OrderState>()
  readonly #remembered: number
  #lastId = 0
  readonly #accounts = new Map<string, number>([[GRID_ACCOUNT, GRID_ACCOUNT_INDEX]])
  readonly #accountNames: string[] = [GRID_ACCOUNT]
  /** what happened in a book while another one's command ran (time passes for all), until it is asked for */
  readonly #unread = new Map<number, BookEvent[]>()
  #nextBook = 0

  /** Throws RangeError on options that make no sense. */
  constructor(options: MarketBooksOptions) {
    const { priceRule = 'largest-volume', remembered = REMEMBERED_ORDERS, ...rest } = options
    this.#remembered = remembered
    this.books = new OrderBooks({
      ...rest,
      priceRule: priceRules.indexOf(priceRule),
      gridAccount: GRID_ACCOUNT_INDEX,
    })
  }

  /** Opens a book; gives its index. */
  open(phase: BookPhase): number {
    const book = this.#nextBook++
    this.run(opCode('open-book') | (bookPhases.indexOf(phase) << PHASE_SHIFT), book)
    return book
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

  /** The number of an order's name; a name that is not live gets one. */
  idOf(name: string, filledWh = 0): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const id = ++this.#lastId
    this.#ids.set(name, id)
    this.#live.set(id, { name, filledWh })
    return id
  }

  /** The number of a live order's name, 0 if there is none. */
  liveIdOf(name: string): number {
    return this.#ids.get(name) ?? 0
  }

  /** Where the latest order of this name stands; undefined if none was seen, or it is forgotten. */
  stateOf(name: string): OrderState | undefined {
    return orderState(this.books.state, this.liveIdOf(name)) ?? this.#ended.get(name)
  }

  /** Remembers a new order as refused. */
  reject(name: string): void {
    this.#end(this.idOf(name), 'rejected')
  }

  nameOf(id: number): string {
    return this.#liveOf(id).name
  }

  #liveOf(id: number): LiveName {
    const live = this.#live.get(id)
    if (live === undefined) throw new Error(`order ${id} is not live`)
    return live
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

  /** An order has ended, or was refused: only what became of it is remembered. */
  #end(id: number, status: OrderStatus): void {
    const { name, filledWh } = this.#liveOf(id)
    this.#live.delete(id)
    this.#ids.delete(name)
    this.#ended.delete(name)
    this.#ended.set(name, { status, filledWh, openWh: 0 })
    if (this.#ended.size > this.#remembered) this.#ended.delete(this.#ended.keys().next().value as string)
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
      case 'closed': {
        const status = orderStatuses[detail] as 'filled' | 'cancelled' | 'expired'
        this.#end(doubles[double + MAKER_ID] as number, status)
        return { type, id, status, cancelledWh: qty }
      }
      default:
        throw new Error(`event kind ${kind & 255} is unknown`)
    }
  }

  #tradeAt(at: number, makerSide: Side): BookEvent {
    const { words, doubles } = this.books.events
    const word = at * EVENT_WORDS
    const double = at * EVENT_DOUBLES
    const energyWh = doubles[double + EVENT_QTY] as number
    const party = (idAt: number, accountAt: number, openAt: number) => {
      const id = doubles[double + idAt] as number
      const openWh = doubles[double + openAt] as number
      const live = this.#liveOf(id)
      live.filledWh += energyWh
      if (openWh === 0) this.#end(id, 'filled')
      return { id: live.name, account: this.#accountNames[words[word + accountAt] as number] ?? '', openWh }
    }
    return {
      type: 'trade',
      maker: party(MAKER_ID, MAKER_ACCOUNT_WORD, MAKER_OPEN),
      taker: party(TAKER_ID, TAKER_ACCOUNT_WORD, TAKER_OPEN),
      makerSide,
      priceEurPerMWh: doubles[double + EVENT_PRICE] as number,
      gridFeeEurPerMWh: words[word + FEE_WORD] as number,
      energyWh,
    }
  }
}
