import { bookOps, bookPhases, bookRefusals, orderSides, orderTypes, preventions, timesInForce } from '../book/codes.ts'
import { CommandBuffer, commandLayout } from '../book/command-buffer.ts'
import type { OrderBooks } from '../book/order-books.ts'
import { type LiveOrder, LiveOrders } from './live-orders.ts'

const {
  ACCOUNT_WORD,
  COMMAND_DOUBLES,
  EXTRA,
  HAS_PRICE_BIT,
  HAS_QTY_BIT,
  ID,
  PHASE_SHIFT,
  PRICE,
  QTY,
  SIDE_SHIFT,
  STP_SHIFT,
  TIF_SHIFT,
  TYPE_SHIFT,
} = commandLayout

/** How many commands the engine takes at a time. */
export const BATCH_COMMANDS = 256

const PREVENTION = preventions.indexOf('cancel-taker') << STP_SHIFT

export interface OrderToPlace {
  readonly book: number
  readonly account: number
  readonly side: LiveOrder['side']
  readonly energyWh: number
  readonly type?: LiveOrder['type']
  readonly priceEurPerMWh?: number
  readonly stopPriceEurPerMWh?: number
  readonly timeInForce?: (typeof timesInForce)[number]
}

/**
 * Writes a stream of commands, batch by batch, and runs each on books of its own at once, to know what is live then.
 * Every order has self-trade prevention (`cancel-taker`). Time goes on by a millisecond a batch.
 */
export class StreamWriter {
  readonly live = new LiveOrders()
  readonly #books: OrderBooks
  readonly #one = new CommandBuffer(1)
  #batches: CommandBuffer[] = []
  #nextId = 1
  #nowMs: number

  constructor(options: { readonly books: OrderBooks; readonly nowMs: number }) {
    this.#books = options.books
    this.#nowMs = options.nowMs
  }

  openBook(book: number): void {
    this.#begin('open-book', book)
    this.#end()
  }

  deposit(account: number, amount: { readonly moneyMicroEur: number; readonly energyWh: number }): void {
    this.#begin('deposit', 0)
    this.#one.setWord(0, ACCOUNT_WORD, account)
    this.#one.setDouble(0, PRICE, amount.moneyMicroEur)
    this.#one.setDouble(0, QTY, amount.energyWh)
    this.#end()
  }

  /** Gives the order's id, and keeps it in `live` while it is. */
  place(order: OrderToPlace): number {
    const { book, account, side, energyWh, type = 'limit', priceEurPerMWh = 0, timeInForce = 'GTC' } = order
    const id = this.#nextId++
    const head =
      (orderSides.indexOf(side) << SIDE_SHIFT) |
      (orderTypes.indexOf(type) << TYPE_SHIFT) |
      (timesInForce.indexOf(timeInForce) << TIF_SHIFT) |
      PREVENTION |
      HAS_QTY_BIT |
      (type === 'limit' ? HAS_PRICE_BIT : 0)
    this.#begin('place', book, head)
    this.#one.setWord(0, ACCOUNT_WORD, account)
    this.#one.setDouble(0, ID, id)
    this.#one.setDouble(0, PRICE, priceEurPerMWh)
    this.#one.setDouble(0, QTY, energyWh)
    this.#one.setDouble(0, EXTRA, order.stopPriceEurPerMWh ?? 0)
    this.live.add({ id, book, account, side, type, priceEurPerMWh, totalWh: energyWh, openWh: energyWh, place: 0 })
    this.#end()
    return id
  }

  cancel(order: LiveOrder): void {
    this.#begin('cancel', order.book)
    this.#one.setDouble(0, ID, order.id)
    this.#end()
  }

  /** To a new price, a new total quantity or both. */
  amend(order: LiveOrder, change: { readonly priceEurPerMWh?: number; readonly totalWh?: number }): void {
    const { priceEurPerMWh = order.priceEurPerMWh, totalWh = order.totalWh } = change
    this.#begin('amend', order.book, HAS_PRICE_BIT | HAS_QTY_BIT)
    this.#one.setDouble(0, ID, order.id)
    this.#one.setDouble(0, PRICE, priceEurPerMWh)
    this.#one.setDouble(0, QTY, totalWh)
    order.priceEurPerMWh = priceEurPerMWh
    this.live.setOpen(order, order.openWh + totalWh - order.totalWh)
    order.totalWh = totalWh
    this.#end()
  }

  setPhase(book: number, phase: (typeof bookPhases)[number]): void {
    this.#begin('phase', book, bookPhases.indexOf(phase) << PHASE_SHIFT)
    this.#end()
  }

  uncross(book: number): void {
    this.#begin('uncross', book)
    this.#end()
  }

  /** How many commands there are since the last `cut`. */
  get written(): number {
    return Math.max(0, this.#batches.length - 1) * BATCH_COMMANDS + (this.#batches.at(-1)?.length ?? 0)
  }

  /** What was written since the last `cut`, in batches. */
  cut(): CommandBuffer[] {
    const batches = this.#batches
    this.#batches = []
    return batches
  }

  #begin(op: (typeof bookOps)[number], book: number, head = 0): void {
    this.#one.clear()
    this.#one.add(head | bookOps.indexOf(op), book, this.#nowMs)
  }

  #end(): void {
    this.#books.run(this.#one)
    const outcome = this.#one.outcomes[0] as number
    if (outcome !== 0) {
      // A stream of refusals would be quick, and would measure nothing.
      throw new Error(`command ${this.#nextId} of a workload was refused: ${bookRefusals[outcome - 1]}`)
    }
    this.live.apply(this.#books.events)
    this.#books.events.clear()
    this.#books.marks?.clear()
    this.#keep()
  }

  #keep(): void {
    let batch = this.#batches.at(-1)
    if (batch === undefined || batch.length === BATCH_COMMANDS) {
      batch = new CommandBuffer(BATCH_COMMANDS)
      this.#batches.push(batch)
      this.#nowMs++
    }
    batch.doubles.set(this.#one.doubles, batch.length++ * COMMAND_DOUBLES)
  }
}
