import type { LiveOrder } from '../live-orders.ts'
import { MEMBERS, memberFor } from '../members.ts'
import type { Mix, MixOf } from '../mix.ts'
import type { SeededNumbers } from '../seeded-numbers.ts'
import type { StreamWriter } from '../stream-writer.ts'

const LEVELS_A_SIDE = 500
const ORDERS_A_SIDE = 1_000
const MIDDLE_EUR_PER_MWH = 1_000

/** Orders lie thinly over 500 levels a side; whenever a side is full, one order takes half of it, hundreds of levels. */
export const wideSweepsMix: MixOf = (random) => new WideSweeps(random)

class WideSweeps implements Mix {
  readonly books = 1
  readonly #random: SeededNumbers

  constructor(random: SeededNumbers) {
    this.#random = random
  }

  setUp(stream: StreamWriter): void {
    while (stream.live.count < ORDERS_A_SIDE) this.#place(stream)
  }

  next(stream: StreamWriter): void {
    const { live } = stream
    // Quantities are 5 on average.
    const isFull = (side: LiveOrder['side']) => live.openWh[side] > 5 * ORDERS_A_SIDE
    if (isFull('buy')) this.#sweep(stream, 'sell', live.openWh.buy)
    else if (isFull('sell')) this.#sweep(stream, 'buy', live.openWh.sell)
    else if (this.#random.below(5) === 0) stream.cancel(live.all[this.#random.below(live.count)] as LiveOrder)
    else this.#place(stream)
  }

  #place(stream: StreamWriter): void {
    const side = this.#random.below(2) === 0 ? 'buy' : 'sell'
    const away = 1 + this.#random.below(LEVELS_A_SIDE)
    stream.place({
      book: 0,
      account: memberFor(this.#random, side),
      side,
      energyWh: this.#random.between(1, 9),
      priceEurPerMWh: MIDDLE_EUR_PER_MWH + (side === 'buy' ? -away : away),
    })
  }

  /** By a member of one side, whom nothing stops half-way. */
  #sweep(stream: StreamWriter, side: LiveOrder['side'], openWh: number): void {
    stream.place({
      book: 0,
      account: side === 'buy' ? MEMBERS / 2 : MEMBERS - 1,
      side,
      type: 'market',
      energyWh: Math.floor(openWh / 2),
      timeInForce: 'IOC',
    })
  }
}
