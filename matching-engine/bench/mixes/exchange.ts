import type { LiveOrder } from '../live-orders.ts'
import { amendable, memberFor } from '../members.ts'
import type { Mix, MixOf } from '../mix.ts'
import type { SeededNumbers } from '../seeded-numbers.ts'
import type { StreamWriter } from '../stream-writer.ts'

/** What all exchanges see: of 100 commands 60 new orders, 25 cancels, 10 amends and 5 that take from the other side. */
export const exchangeMix: MixOf = (random) => new Exchange(random, { books: 1, restingPerBook: 4_000 })

/** The same over a day's 96 open slots, one command here, the next there. */
export const manyBooksMix: MixOf = (random) => new Exchange(random, { books: 96, restingPerBook: 100 })

class Exchange implements Mix {
  readonly books: number
  readonly #resting: number
  readonly #random: SeededNumbers
  readonly #middle: Int32Array

  constructor(random: SeededNumbers, size: { readonly books: number; readonly restingPerBook: number }) {
    this.books = size.books
    this.#resting = size.books * size.restingPerBook
    this.#random = random
    this.#middle = new Int32Array(size.books).fill(1_000)
  }

  setUp(stream: StreamWriter): void {
    while (stream.live.count < this.#resting) this.#place(stream)
  }

  next(stream: StreamWriter): void {
    const drawn = this.#random.below(100)
    const { live } = stream
    if (drawn < 5) this.#take(stream)
    else if (drawn < 15) {
      const order = amendable(this.#random, live.all)
      if (order === null) this.#place(stream)
      else this.#amend(stream, order)
    } else if (drawn < 40 && live.count > 0) stream.cancel(live.all[this.#random.below(live.count)] as LiveOrder)
    else this.#place(stream)
  }

  #place(stream: StreamWriter): void {
    const side = this.#side()
    const book = this.#random.below(this.books)
    if (this.#random.below(8) === 0) this.#drift(book)
    stream.place({
      book,
      account: memberFor(this.#random, side),
      side,
      energyWh: this.#random.between(1, 10),
      priceEurPerMWh: this.#quote(book, side),
    })
  }

  /** Takes about as much as the other three leave behind. */
  #take(stream: StreamWriter): void {
    const side = this.#side()
    const isMarket = this.#random.below(2) === 0
    const book = this.#random.below(this.books)
    stream.place({
      book,
      account: memberFor(this.#random, side),
      side,
      energyWh: this.#random.between(1, stream.live.count > this.#resting ? 120 : 20),
      timeInForce: 'IOC',
      ...(isMarket
        ? { type: 'market' }
        : { priceEurPerMWh: (this.#middle[book] as number) + (side === 'buy' ? 50 : -50) }),
    })
  }

  #amend(stream: StreamWriter, order: LiveOrder): void {
    if (this.#random.below(2) === 0) stream.amend(order, { totalWh: order.totalWh + this.#random.between(1, 3) })
    else stream.amend(order, { priceEurPerMWh: this.#quote(order.book, order.side, order.priceEurPerMWh) })
  }

  #side(): LiveOrder['side'] {
    return this.#random.below(2) === 0 ? 'buy' : 'sell'
  }

  /** Near the middle more often than far from it. */
  #quote(book: number, side: LiveOrder['side'], not = 0): number {
    const away = 1 + this.#random.geometric(15, 300)
    const price = (this.#middle[book] as number) + (side === 'buy' ? -away : away)
    return price === not ? price + (side === 'buy' ? -1 : 1) : price
  }

  #drift(book: number): void {
    const middle = (this.#middle[book] as number) + this.#random.between(-1, 1)
    this.#middle[book] = Math.min(Math.max(middle, 600), 1_400)
  }
}
