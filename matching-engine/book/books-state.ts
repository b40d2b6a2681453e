import { statusAfter } from '../order-lifecycle.ts'
import { Accounts } from './accounts.ts'
import { BookMemory } from './book-memory.ts'
import { bookCodes } from './codes.ts'
import { DepthMarks } from './depth-marks.ts'
import { EventBuffer, eventLayout } from './event-buffer.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { IdMap } from './id-map.ts'
import { Lanes, type NeighbourTerms } from './neighbour-terms.ts'
import { OrderPool, orderLayout } from './order-pool.ts'
import { levelLayout, PriceLadders } from './price-ladders.ts'
import { isPrice, type PriceLimits, priceSteps } from './price-limits.ts'

const {
  BUY,
  SELL,
  GTD,
  CLOSED,
  PENDING,
  TRADE_EVENT,
  PREVENTED_EVENT,
  CLOSED_EVENT,
  REFRESHED_EVENT,
  UNCROSSED_EVENT,
} = bookCodes
const {
  COMMAND_WORD,
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
const {
  EXPIRY_WORD,
  LEVEL_WORD,
  ORDER_ACCOUNT_WORD,
  ORDER_ARRIVAL,
  ORDER_BOOK_WORD,
  ORDER_EXTRA,
  ORDER_HIDDEN,
  ORDER_ID,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_PRICE,
  ORDER_RATE,
  STATUS_MASK,
  TRAIT_ICEBERG_BIT,
  TRAIT_SIDE_SHIFT,
  TRAIT_TIF_SHIFT,
  TRAITS_WORD,
} = orderLayout
const { HEAD_WORD, LEVEL_PRICE } = levelLayout

/** The limit of a market order. */
export const worstLimit = (side: number): number => (side === BUY ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)

/** The ladders of a book with one lane a side: bids, asks, and the stops of both. */
const PLAIN_LADDERS = 4

/** How the books of a market trade. */
export interface BooksOptions extends PriceLimits {
  readonly nowMs: number
  /** whether orders reserve collateral (no) */
  readonly risk?: boolean
  /** zones, fees and sources (one zone without fees) */
  readonly terms?: NeighbourTerms
  /** the uniform price of an uncross, by its place in `priceRules` (0) */
  readonly priceRule?: number
  /** the account that grid fees go to, where there is collateral (0) */
  readonly gridAccount?: number
  /** whether changed price levels are noted for market data (no) */
  readonly depthMarks?: boolean
}

/** What the books of a market hold, and the steps that keep its indexes together. All numbers: see `OrderBooks`. */
export class BooksState {
  readonly limits: PriceLimits
  readonly firstPrice: number
  readonly lanes: Lanes
  /** whether there is one lane a side and nothing to add between them */
  readonly isPlain: boolean
  readonly risk: boolean
  readonly priceRule: number
  readonly gridAccount: number
  readonly memory = new BookMemory()
  readonly orders = new OrderPool(this.memory)
  readonly ids = new IdMap(this.memory)
  readonly ladders: PriceLadders
  readonly laddersPerBook: number
  readonly expiries = new ExpiryQueue(this.memory)
  readonly accounts = new Accounts()
  readonly events = new EventBuffer()
  readonly marks: DepthMarks | null
  nowMs: number
  arrivals = 0
  pendingStops = 0
  /** the lowest and the highest print since stops were looked at; infinite: none */
  lowPrint = Number.POSITIVE_INFINITY
  highPrint = Number.NEGATIVE_INFINITY
  /** the index of the command that runs */
  command = 0
  phases = new Uint8Array(0)
  /** reference prices; NaN: none */
  references = new Float64Array(0)
  /** what `pick` has found beside the level: the pair of lanes, its gain and its fee */
  pickedGain = 0
  pickedFee = 0
  /** what looking for the worst price of a market order has found */
  worst = 0
  readonly #lastStep: number
  /** how many `phases` has room for */
  #books = 0

  /** Throws RangeError on options that make no sense. */
  constructor(options: BooksOptions) {
    const { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh, nowMs } = options
    this.limits = { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh }
    const steps = priceSteps(this.limits)
    if (!Number.isSafeInteger(nowMs)) throw new RangeError(`nowMs must be a whole number, not ${nowMs}`)
    this.firstPrice = Math.ceil(minPriceEurPerMWh / tickEurPerMWh) * tickEurPerMWh
    this.#lastStep = steps - 1
    this.nowMs = nowMs
    this.lanes = new Lanes(options.terms)
    this.isPlain = this.lanes.isPlain
    this.risk = options.risk ?? false
    this.priceRule = options.priceRule ?? 0
    this.gridAccount = options.gridAccount ?? 0
    this.accounts.know(this.gridAccount)
    this.laddersPerBook = this.lanes.buyLanes + this.lanes.sellLanes + 2
    this.ladders = new PriceLadders(this.memory, { priceSteps: steps, ladders: this.laddersPerBook })
    this.marks = options.depthMarks === true ? new DepthMarks(this.memory) : null
  }

  phaseOf(book: number): number {
    return book >= 0 && book < this.#books ? (this.phases[book] as number) : CLOSED
  }

  /** Makes room for a book; one that was never opened is closed. */
  know(book: number): void {
    if (book < this.phases.length) return
    const room = Math.max(book + 1, 2 * this.phases.length)
    const phases = new Uint8Array(room).fill(CLOSED)
    phases.set(this.phases)
    this.phases = phases
    this.#books = room
    const references = new Float64Array(room).fill(Number.NaN)
    references.set(this.references)
    this.references = references
    this.ladders.reserve(room * this.laddersPerBook)
  }

  isPrice(price: number): boolean {
    return isPrice(this.limits, price)
  }

  /** The ladder of an order that rests: buys by lane, sells by lane, then the stops that wait to buy and to sell. */
  ladderOf(order: number): number {
    const traits = this.memory.words[order + TRAITS_WORD] as number
    const book = (this.memory.words[order + ORDER_BOOK_WORD] as number) * this.laddersPerBook
    const side = (traits >>> TRAIT_SIDE_SHIFT) & 1
    if ((traits & STATUS_MASK) === PENDING) return book + this.laddersPerBook - 2 + side
    return book + side * this.lanes.buyLanes + (this.memory.words[order + ORDER_LANE_WORD] as number)
  }

  /** Puts an order at the back of its queue as a new arrival; an iceberg shows a clip. */
  rest(order: number): void {
    const { words, doubles } = this.memory
    if (((words[order + TRAITS_WORD] as number) & TRAIT_ICEBERG_BIT) !== 0) this.showClip(order)
    doubles[(order >> 1) + ORDER_ARRIVAL] = ++this.arrivals
    this.queue(order)
  }

  /** Puts an order as it is at the back of its queue: at its price, which of a pending stop is its stop price. */
  queue(order: number): void {
    const { words, doubles } = this.memory
    const traits = words[order + TRAITS_WORD] as number
    const side = (traits >>> TRAIT_SIDE_SHIFT) & 1
    const isPending = (traits & STATUS_MASK) === PENDING
    const { tickEurPerMWh } = this.limits
    const above = (doubles[(order >> 1) + ORDER_PRICE] as number) - this.firstPrice
    let step = (tickEurPerMWh === 1 ? above : above / tickEurPerMWh) | 0
    // The best bid is the highest price; the stop that fires first to sell is the highest, too.
    if (isPending ? side === SELL : side === BUY) step = this.#lastStep - step
    const ladder =
      this.isPlain && !isPending
        ? (words[order + ORDER_BOOK_WORD] as number) * PLAIN_LADDERS + side
        : this.ladderOf(order)
    const level = this.ladders.append(order, ladder, step)
    if (this.marks !== null) this.marks.mark(level)
    if (((traits >>> TRAIT_TIF_SHIFT) & 3) === GTD && words[order + EXPIRY_WORD] === 0) this.expiries.add(order)
  }

  /** Takes an order out of its level's queue. */
  unrest(order: number, level: number): void {
    if (this.marks !== null) this.marks.mark(level)
    this.ladders.remove(order, level)
    if (this.memory.words[order + EXPIRY_WORD] !== 0) this.expiries.remove(order)
  }

  /** Lets an iceberg show a clip of what is open; its level's sums are the caller's. */
  showClip(order: number): void {
    const { doubles } = this.memory
    const double = order >> 1
    const hidden = (doubles[double + ORDER_OPEN] as number) - (doubles[double + ORDER_EXTRA] as number)
    doubles[double + ORDER_HIDDEN] = hidden > 0 ? hidden : 0
  }

  /** An iceberg whose clip has traded away shows the next, at the back of its level. */
  refresh(order: number): void {
    const { words, doubles } = this.memory
    const double = order >> 1
    const hiddenBefore = doubles[double + ORDER_HIDDEN] as number
    this.showClip(order)
    const shown = hiddenBefore - (doubles[double + ORDER_HIDDEN] as number)
    // It arrives anew, also among those that expire at the same time.
    const expires = words[order + EXPIRY_WORD] !== 0
    if (expires) this.expiries.remove(order)
    doubles[double + ORDER_ARRIVAL] = ++this.arrivals
    if (expires) this.expiries.add(order)
    this.ladders.add(words[order + LEVEL_WORD] as number, shown, -shown)
    this.ladders.moveToBack(order)
    this.emitOrder(REFRESHED_EVENT, 0, order, shown, doubles[double + ORDER_OPEN] as number)
  }

  /** Takes an order one step of its life on; gives the status that it has then. */
  step(order: number, event: number): number {
    const at = order + TRAITS_WORD
    const traits = this.memory.words[at] as number
    const status = statusAfter(traits & STATUS_MASK, event)
    this.memory.words[at] = (traits & ~STATUS_MASK) | status
    return status
  }

  /** Ends an order's life, resting or not; what was open of it is cancelled and its reserve is free again. */
  close(order: number, event: number): void {
    const { words, doubles } = this.memory
    const level = words[order + LEVEL_WORD] as number
    const status = (words[order + TRAITS_WORD] as number) & STATUS_MASK
    const open = doubles[(order >> 1) + ORDER_OPEN] as number
    if (level !== 0) this.unrest(order, level)
    if (status === PENDING) this.pendingStops--
    else if (this.risk) this.release(order, open)
    this.emitOrder(CLOSED_EVENT, statusAfter(status, event), order, open, 0)
    this.#forget(order)
  }

  /** Ends the life of an order that a trade has filled. It stands in no queue any more, or the caller sees to that. */
  finish(order: number): void {
    if (this.memory.words[order + EXPIRY_WORD] !== 0) this.expiries.remove(order)
    this.#forget(order)
  }

  #forget(order: number): void {
    this.ids.remove(order)
    this.orders.giveBack(order)
  }

  /** Frees what an order has reserved for so many Wh that will not trade. */
  release(order: number, energyWh: number): void {
    const account = this.memory.words[order + ORDER_ACCOUNT_WORD] as number
    this.accounts.reserve(account, -(this.memory.doubles[(order >> 1) + ORDER_RATE] as number) * energyWh)
    if ((((this.memory.words[order + TRAITS_WORD] as number) >>> TRAIT_SIDE_SHIFT) & 1) === SELL) {
      this.accounts.deliver(account, energyWh)
    }
  }

  /**
   * The level that an order of a side and lane trades with first, 0 if there is none: the lowest ask − gain, the highest
   * bid + gain; of equal ones the one whose first order came first. `pickedGain` and `pickedFee` are then its terms.
   */
  pick(book: number, side: number, lane: number): number {
    if (this.isPlain) return this.ladders.best[book * PLAIN_LADDERS + 1 - side] as number
    return this.#pickOfMany(book, side, lane)
  }

  #pickOfMany(book: number, side: number, lane: number): number {
    const { lanes, ladders, memory } = this
    const base = book * this.laddersPerBook
    const { buyLanes, sellLanes, gains, fees } = lanes
    let picked = 0
    let bestValue = 0
    let pickedPair = 0
    const count = side === BUY ? sellLanes : buyLanes
    const first = side === BUY ? base + buyLanes : base
    for (let other = 0; other < count; other++) {
      const level = ladders.best[first + other] as number
      if (level === 0) continue
      const pair = side === BUY ? other * buyLanes + lane : lane * buyLanes + other
      const price = memory.doubles[(level >> 1) + LEVEL_PRICE] as number
      const gain = gains[pair] as number
      // What the taker wants least of: a low ask, a high bid.
      const value = side === BUY ? price - gain : -(price + gain)
      if (picked !== 0 && (value > bestValue || (value === bestValue && !this.#cameFirst(level, picked)))) continue
      picked = level
      bestValue = value
      pickedPair = pair
    }
    this.pickedGain = gains[pickedPair] as number
    this.pickedFee = fees[pickedPair] as number
    return picked
  }

  #cameFirst(level: number, other: number): boolean {
    return this.arrivalOfFirst(level) < this.arrivalOfFirst(other)
  }

  arrivalOfFirst(level: number): number {
    const order = this.memory.words[level + HEAD_WORD] as number
    return this.memory.doubles[(order >> 1) + ORDER_ARRIVAL] as number
  }

  /** Whether an order of a side and limit trades with the level that `pick` has found. */
  reaches(side: number, limit: number, level: number): boolean {
    const price = this.memory.doubles[(level >> 1) + LEVEL_PRICE] as number
    return side === BUY ? limit + this.pickedGain >= price : price + this.pickedGain >= limit
  }

  /** What has happened to one order, and what it leaves it to trade. */
  emitOrder(kind: number, detail: number, order: number, qty: number, open: number): void {
    const { events } = this
    if (events.length === events.capacity) events.grow()
    const word = events.length * EVENT_WORDS
    const double = events.length * EVENT_DOUBLES
    events.length++
    const { words, doubles } = this.memory
    const side = ((words[order + TRAITS_WORD] as number) >>> TRAIT_SIDE_SHIFT) & 1
    events.words[word + KIND_WORD] = kind | (side << MAKER_SIDE_SHIFT) | (detail << DETAIL_SHIFT)
    events.words[word + EVENT_BOOK_WORD] = words[order + ORDER_BOOK_WORD] as number
    events.words[word + MAKER_ACCOUNT_WORD] = words[order + ORDER_ACCOUNT_WORD] as number
    events.words[word + COMMAND_WORD] = this.command
    events.doubles[double + MAKER_ID] = doubles[(order >> 1) + ORDER_ID] as number
    events.doubles[double + EVENT_PRICE] = doubles[(order >> 1) + ORDER_PRICE] as number
    events.doubles[double + EVENT_QTY] = qty
    events.doubles[double + MAKER_OPEN] = open
  }

  /** A trade at what the seller gets, and what it leaves both orders to trade. */
  emitTrade(
    maker: number,
    taker: number,
    price: number,
    fee: number,
    qty: number,
    makerOpen: number,
    takerOpen: number,
  ): void {
    const { events } = this
    if (events.length === events.capacity) events.grow()
    const word = events.length * EVENT_WORDS
    const double = events.length * EVENT_DOUBLES
    events.length++
    this.#parties(TRADE_EVENT, word, double, maker, taker)
    events.words[word + FEE_WORD] = fee
    events.doubles[double + EVENT_PRICE] = price
    events.doubles[double + EVENT_QTY] = qty
    events.doubles[double + MAKER_OPEN] = makerOpen
    events.doubles[double + TAKER_OPEN] = takerOpen
  }

  /** An uncross begins; its price and volume are written in when they are known. */
  emitUncrossed(book: number): void {
    const { events } = this
    if (events.length === events.capacity) events.grow()
    const word = events.length * EVENT_WORDS
    events.length++
    events.words[word + KIND_WORD] = UNCROSSED_EVENT
    events.words[word + EVENT_BOOK_WORD] = book
    events.words[word + COMMAND_WORD] = this.command
  }

  /** Self-trade prevention acts on an order that met one of its account; what it does follows. */
  emitPrevented(maker: number, taker: number): void {
    const { events } = this
    if (events.length === events.capacity) events.grow()
    const word = events.length * EVENT_WORDS
    const double = events.length * EVENT_DOUBLES
    events.length++
    this.#parties(PREVENTED_EVENT, word, double, maker, taker)
  }

  #parties(kind: number, word: number, double: number, maker: number, taker: number): void {
    const { events } = this
    const { words, doubles } = this.memory
    const side = ((words[maker + TRAITS_WORD] as number) >>> TRAIT_SIDE_SHIFT) & 1
    events.words[word + KIND_WORD] = kind | (side << MAKER_SIDE_SHIFT)
    events.words[word + EVENT_BOOK_WORD] = words[maker + ORDER_BOOK_WORD] as number
    events.words[word + MAKER_ACCOUNT_WORD] = words[maker + ORDER_ACCOUNT_WORD] as number
    events.words[word + TAKER_ACCOUNT_WORD] = words[taker + ORDER_ACCOUNT_WORD] as number
    events.words[word + COMMAND_WORD] = this.command
    events.doubles[double + MAKER_ID] = doubles[(maker >> 1) + ORDER_ID] as number
    events.doubles[double + TAKER_ID] = doubles[(taker >> 1) + ORDER_ID] as number
  }

  /** Notes a print, for the stops. */
  print(price: number): void {
    if (price < this.lowPrint) this.lowPrint = price
    if (price > this.highPrint) this.highPrint = price
  }

  premiumOf(lane: number): number {
    return this.lanes.premiums[lane] as number
  }

  /** What an order reserves a Wh at a limit: a buy its most, a sell what a negative price could cost it. */
  rateAt(side: number, lane: number, limit: number): number {
    const rate = side === BUY ? limit + (this.lanes.premiums[lane] as number) : -limit
    return rate > 0 ? rate : 0
  }
}
