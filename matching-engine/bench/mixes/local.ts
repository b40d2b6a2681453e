import type { LiveOrder } from '../live-orders.ts'
import type { Mix, MixOf } from '../mix.ts'
import type { SeededNumbers } from '../seeded-numbers.ts'
import type { StreamWriter } from '../stream-writer.ts'

const SLOTS = 96
const HOMES = 24
const ORDERS_PER_SLOT = 16
const FEED_IN_EUR_PER_MWH = 80
const RETAIL_EUR_PER_MWH = 300

/**
 * What a street does: 96 slots open ahead, two dozen homes that either have too much or too little of a slot, prices
 * between the feed-in tariff and the retail tariff and mostly near their middle, the later slots less busy. A third
 * takes what is there.
 */
export const localMix: MixOf = (random) => new Street(random)

class Street implements Mix {
  readonly books = SLOTS
  readonly #random: SeededNumbers

  constructor(random: SeededNumbers) {
    this.#random = random
  }

  setUp(stream: StreamWriter): void {
    while (stream.live.count < SLOTS * ORDERS_PER_SLOT) this.#quote(stream)
  }

  next(stream: StreamWriter): void {
    const drawn = this.#random.below(100)
    const { live } = stream
    if (drawn < 33) this.#take(stream)
    else if (drawn < 48 && live.count > 0) stream.cancel(live.all[this.#random.below(live.count)] as LiveOrder)
    else if (drawn < 65 && live.count > 0) this.#amend(stream, live.all[this.#random.below(live.count)] as LiveOrder)
    else this.#quote(stream)
  }

  #quote(stream: StreamWriter): void {
    const book = this.#slot()
    const [account, side] = this.#home(book)
    stream.place({ book, account, side, energyWh: this.#random.between(10, 600), priceEurPerMWh: this.#price(side) })
  }

  #take(stream: StreamWriter): void {
    const book = this.#slot()
    const [account, side] = this.#home(book)
    const isFull = stream.live.count > SLOTS * ORDERS_PER_SLOT
    stream.place({
      book,
      account,
      side,
      energyWh: this.#random.between(10, isFull ? 900 : 150),
      priceEurPerMWh: side === 'buy' ? RETAIL_EUR_PER_MWH : FEED_IN_EUR_PER_MWH,
      timeInForce: 'IOC',
    })
  }

  /** A better price, or a larger wish. */
  #amend(stream: StreamWriter, order: LiveOrder): void {
    const isPrice = this.#random.below(2) === 0
    const price = this.#price(order.side)
    if (isPrice && price !== order.priceEurPerMWh) stream.amend(order, { priceEurPerMWh: price })
    else stream.amend(order, { totalWh: order.totalWh + this.#random.between(1, 50) })
  }

  /** The nearest slots see most: the minimum of two draws. */
  #slot(): number {
    return Math.min(this.#random.below(SLOTS), this.#random.below(SLOTS))
  }

  /** A home sells in one slot and buys in another. */
  #home(slot: number): [account: number, side: LiveOrder['side']] {
    const account = this.#random.below(HOMES)
    return [account, (account + slot) % 2 === 0 ? 'buy' : 'sell']
  }

  /** Buyers a little below the middle, sellers a little above: the sum of two draws. */
  #price(side: LiveOrder['side']): number {
    const half = (RETAIL_EUR_PER_MWH - FEED_IN_EUR_PER_MWH) / 2
    const drawn = FEED_IN_EUR_PER_MWH + this.#random.below(half) + this.#random.below(half)
    return side === 'buy' ? Math.max(FEED_IN_EUR_PER_MWH, drawn - 40) : Math.min(RETAIL_EUR_PER_MWH, drawn + 40)
  }
}
