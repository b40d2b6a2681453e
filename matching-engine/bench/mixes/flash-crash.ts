import type { LiveOrder } from '../live-orders.ts'
import { MEMBERS } from '../members.ts'
import type { Mix, MixOf } from '../mix.ts'
import type { SeededNumbers } from '../seeded-numbers.ts'
import type { StreamWriter } from '../stream-writer.ts'

const BIDS = 3_000
const STOPS = 300
const LEVELS = 500
const TOP_EUR_PER_MWH = 1_000

/**
 * A deep bid side with sell stops all the way down. Then everybody sells at any price: each print fires stops, which
 * sell in turn, until hardly a bid is left; and the bids come back.
 */
export const flashCrashMix: MixOf = (random) => new FlashCrash(random)

class FlashCrash implements Mix {
  readonly books = 1
  readonly #random: SeededNumbers
  #isCrashing = false
  #stops = 0

  constructor(random: SeededNumbers) {
    this.#random = random
  }

  setUp(stream: StreamWriter): void {
    while (!this.#isCrashing) this.next(stream)
  }

  next(stream: StreamWriter): void {
    const { live } = stream
    if (!this.#isCrashing) {
      this.#rebuild(stream)
      if (live.count < BIDS) return
      this.#isCrashing = true
      return
    }
    if (this.#random.below(10) === 0) stream.cancel(live.all[this.#random.below(live.count)] as LiveOrder)
    else this.#sell(stream)
    if (live.openWh.buy < 100) {
      this.#isCrashing = false
      this.#stops = 0
    }
  }

  #rebuild(stream: StreamWriter): void {
    const isStop = this.#stops < STOPS && this.#random.below(BIDS / STOPS) === 0
    const price = TOP_EUR_PER_MWH - this.#random.below(LEVELS)
    if (isStop) {
      this.#stops++
      stream.place({
        ...this.#seller(),
        energyWh: this.#random.between(1, 40),
        type: 'stop',
        stopPriceEurPerMWh: price,
      })
    } else {
      const account = this.#random.below(MEMBERS / 2)
      stream.place({ book: 0, account, side: 'buy', energyWh: this.#random.between(1, 10), priceEurPerMWh: price })
    }
  }

  #sell(stream: StreamWriter): void {
    stream.place({ ...this.#seller(), energyWh: this.#random.between(1, 40), type: 'market', timeInForce: 'IOC' })
  }

  /** Half of the members sell, the others buy. */
  #seller(): { book: number; account: number; side: 'sell' } {
    return { book: 0, account: MEMBERS / 2 + this.#random.below(MEMBERS / 2), side: 'sell' }
  }
}
