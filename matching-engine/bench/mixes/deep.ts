import type { LiveOrder } from '../live-orders.ts'
import { amendable, memberFor } from '../members.ts'
import type { Mix, MixOf } from '../mix.ts'
import type { SeededNumbers } from '../seeded-numbers.ts'
import type { StreamWriter } from '../stream-writer.ts'

const RESTING = 40_000
const LEVELS_A_SIDE = 100
const MIDDLE_EUR_PER_MWH = 1_000

/** 40,000 orders rest on 200 levels, 200 deep; they are cancelled, moved and taken from wherever they stand. */
export const deepMix: MixOf = (random) => new DeepBook(random)

class DeepBook implements Mix {
  readonly books = 1
  readonly #random: SeededNumbers

  constructor(random: SeededNumbers) {
    this.#random = random
  }

  setUp(stream: StreamWriter): void {
    while (stream.live.count < RESTING) this.#place(stream)
  }

  next(stream: StreamWriter): void {
    const drawn = this.#random.below(100)
    const { live } = stream
    if (drawn < 10) this.#take(stream)
    else if (drawn < 20) {
      const order = amendable(this.#random, live.all)
      if (order === null) this.#place(stream)
      else stream.amend(order, { priceEurPerMWh: this.#price(order.side), totalWh: order.totalWh + 1 })
    } else if (drawn < 53 || live.count > RESTING) {
      stream.cancel(live.all[this.#random.below(live.count)] as LiveOrder)
    } else this.#place(stream)
  }

  #place(stream: StreamWriter): void {
    const side = this.#random.below(2) === 0 ? 'buy' : 'sell'
    stream.place({
      book: 0,
      account: memberFor(this.#random, side),
      side,
      energyWh: this.#random.between(1, 10),
      priceEurPerMWh: this.#price(side),
    })
  }

  #take(stream: StreamWriter): void {
    const side = this.#random.below(2) === 0 ? 'buy' : 'sell'
    stream.place({
      book: 0,
      account: memberFor(this.#random, side),
      side,
      type: 'market',
      energyWh: this.#random.between(1, 12),
      timeInForce: 'IOC',
    })
  }

  #price(side: LiveOrder['side']): number {
    const away = 1 + this.#random.below(LEVELS_A_SIDE)
    return MIDDLE_EUR_PER_MWH + (side === 'buy' ? -away : away)
  }
}
