import type { PriceQuestion } from './quote-slots.ts'
import type { MarketNews, SlotNews } from './slot-news.ts'

/** How many orders and trades are remembered. */
const REMEMBERED = 60
/** What is believed before anything was heard weighs as much as one order. */
const PRIOR_WEIGHT = 1

interface Heard {
  readonly side: 'buy' | 'sell'
  readonly priceEurPerMWh: number
  traded: boolean
  /** how often it was heard of: an order that stands untaken is heard of again and again */
  times: number
}

/**
 * How likely an order at a price is to trade, from what a book has shown (Gjerstad and Dickhaut 1998): a bid that
 * traded makes each one above it likelier, as does each ask below; one that stood in vain makes those below it less
 * likely. For asks the mirror image.
 */
export class Belief {
  readonly #heard: Heard[] = []

  hear(news: readonly MarketNews[]): void {
    for (const { side, priceEurPerMWh, happened } of news) {
      if (happened === 'leads') this.#lead(side, priceEurPerMWh)
      else this.#trade(side, priceEurPerMWh)
    }
    if (this.#heard.length > REMEMBERED) this.#heard.splice(0, this.#heard.length - REMEMBERED)
  }

  /** Every price that is remembered, some more than once. */
  prices(): readonly number[] {
    return this.#heard.map(({ priceEurPerMWh }) => priceEurPerMWh)
  }

  /** From 0 to 1. */
  likely(priceEurPerMWh: number, question: PriceQuestion, news: SlotNews): number {
    const { side, limits } = question
    const [own, other] =
      side === 'buy' ? [news.bestBidEurPerMWh, news.bestAskEurPerMWh] : [news.bestAskEurPerMWh, news.bestBidEurPerMWh]
    const sign = side === 'buy' ? 1 : -1
    if (other !== null && sign * (priceEurPerMWh - other) >= 0) return 1
    if (own !== null && sign * (priceEurPerMWh - own) < 0) return 0
    let [good, bad] = [0, 0]
    for (const one of this.#heard) {
      const above = sign * (priceEurPerMWh - one.priceEurPerMWh)
      if (one.side !== side || one.traded) good += above >= 0 ? one.times : 0
      else bad += above <= 0 ? one.times : 0
    }
    const span = limits.capEurPerMWh - limits.floorEurPerMWh
    const from = side === 'buy' ? priceEurPerMWh - limits.floorEurPerMWh : limits.capEurPerMWh - priceEurPerMWh
    const prior = span === 0 ? 1 : Math.min(1, Math.max(0, from / span))
    return (good + PRIOR_WEIGHT * prior) / (good + bad + PRIOR_WEIGHT)
  }

  #lead(side: 'buy' | 'sell', priceEurPerMWh: number): void {
    const last = this.#heard.at(-1)
    if (last?.side === side && last.priceEurPerMWh === priceEurPerMWh && !last.traded) last.times++
    else this.#heard.push({ side, priceEurPerMWh, traded: false, times: 1 })
  }

  /** The resting order stood there before, and whoever took it named that price too. */
  #trade(makerSide: 'buy' | 'sell', priceEurPerMWh: number): void {
    const stood = this.#heard.findLast(
      (one) => one.side === makerSide && one.priceEurPerMWh === priceEurPerMWh && !one.traded,
    )
    if (stood === undefined) this.#heard.push({ side: makerSide, priceEurPerMWh, traded: true, times: 1 })
    else [stood.traded, stood.times] = [true, 1]
    this.#heard.push({ side: makerSide === 'buy' ? 'sell' : 'buy', priceEurPerMWh, traded: true, times: 1 })
  }
}
