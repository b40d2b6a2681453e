import type { LiveOrder } from '../live-orders.ts'
import { amendable, memberFor } from '../members.ts'
import type { Mix, MixOf } from '../mix.ts'
import type { SeededNumbers } from '../seeded-numbers.ts'
import type { StreamWriter } from '../stream-writer.ts'

/** A book of a dozen orders far apart: levels come and go with nearly every command, sides stand empty. */
export const thinMix: MixOf = (random) => new ThinBook(random)

class ThinBook implements Mix {
  readonly books = 1
  readonly #random: SeededNumbers

  constructor(random: SeededNumbers) {
    this.#random = random
  }

  setUp(): void {}

  next(stream: StreamWriter): void {
    const drawn = this.#random.below(100)
    const { live } = stream
    const order = drawn >= 40 && live.count > 0 ? (live.all[this.#random.below(live.count)] as LiveOrder) : null
    if (order !== null && drawn < 75) stream.cancel(order)
    else if (order !== null && drawn < 85) {
      const mine = amendable(this.#random, live.all)
      if (mine !== null) stream.amend(mine, { priceEurPerMWh: this.#price(mine.side), totalWh: mine.totalWh + 1 })
      else this.#place(stream, 'limit')
    } else this.#place(stream, drawn < 40 ? 'limit' : 'market')
  }

  #place(stream: StreamWriter, type: 'limit' | 'market'): void {
    const side = this.#random.below(2) === 0 ? 'buy' : 'sell'
    stream.place({
      book: 0,
      account: memberFor(this.#random, side),
      side,
      type,
      energyWh: this.#random.between(1, 10),
      ...(type === 'limit' ? { priceEurPerMWh: this.#price(side) } : { timeInForce: 'IOC' }),
    })
  }

  /** Anywhere; a third of it crosses what may be there. */
  #price(side: LiveOrder['side']): number {
    return side === 'buy' ? this.#random.between(1, 2_400) : this.#random.between(1_600, 4_000)
  }
}
