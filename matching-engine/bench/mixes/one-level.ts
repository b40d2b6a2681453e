import type { LiveOrder } from '../live-orders.ts'
import { amendable, memberFor } from '../members.ts'
import type { Mix, MixOf } from '../mix.ts'
import type { SeededNumbers } from '../seeded-numbers.ts'
import type { StreamWriter } from '../stream-writer.ts'

const RESTING = 20_000
const PRICE_EUR_PER_MWH = 190

/** 20,000 sells wait at one price: new ones join at the back, others leave from the middle, buyers take from the front. */
export const oneLevelMix: MixOf = (random) => new OneLevel(random)

class OneLevel implements Mix {
  readonly books = 1
  readonly #random: SeededNumbers

  constructor(random: SeededNumbers) {
    this.#random = random
  }

  setUp(stream: StreamWriter): void {
    while (stream.live.count < RESTING) this.#sell(stream)
  }

  next(stream: StreamWriter): void {
    const { live } = stream
    const drawn = this.#random.below(100)
    const order = amendable(this.#random, live.all)
    if (drawn < 5 && order !== null) stream.amend(order, { totalWh: order.totalWh + 1 })
    else if (drawn < 35) stream.cancel(live.all[this.#random.below(live.count)] as LiveOrder)
    else if (drawn < 40) this.#sweep(stream)
    else this.#sell(stream)
  }

  #sell(stream: StreamWriter): void {
    stream.place({
      book: 0,
      account: memberFor(this.#random, 'sell'),
      side: 'sell',
      energyWh: this.#random.between(1, 10),
      priceEurPerMWh: PRICE_EUR_PER_MWH,
    })
  }

  /** Takes a dozen orders, or two where the level has become short. */
  #sweep(stream: StreamWriter): void {
    stream.place({
      book: 0,
      account: memberFor(this.#random, 'buy'),
      side: 'buy',
      energyWh: this.#random.between(1, stream.live.count > RESTING ? 130 : 20),
      priceEurPerMWh: PRICE_EUR_PER_MWH,
      timeInForce: 'IOC',
    })
  }
}
