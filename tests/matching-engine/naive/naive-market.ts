import type { ConfigCommand } from './command.ts'
import type { NaiveOrder } from './naive-order.ts'

export type PriceRule = 'largest-volume' | 'highest-matched-ask' | 'last-matched-bid' | 'midpoint'

/** What a buyer pays on top for energy of certain sources. */
export interface NaivePremium {
  readonly name: string
  readonly sources: readonly string[]
  readonly premium: number
}

/** The terms of one market, and what two orders are to each other under them. */
export class NaiveMarket {
  readonly minPrice: number
  readonly maxPrice: number
  readonly tick: number
  readonly risk: boolean
  readonly priceRule: PriceRule
  readonly #fees: readonly (readonly number[])[]
  readonly #sources: readonly string[]
  readonly #premiums: readonly NaivePremium[]

  constructor(config: Omit<ConfigCommand, 'op'>) {
    this.minPrice = config.minPrice ?? 1
    this.maxPrice = config.maxPrice ?? 999_999
    this.tick = config.tick ?? 1
    this.risk = config.risk ?? false
    this.priceRule = config.priceRule ?? 'largest-volume'
    this.#fees = config.fees ?? [[0]]
    this.#sources = config.sources ?? []
    this.#premiums = config.premiums ?? []
  }

  get priceSteps(): number {
    return (this.maxPrice - this.minPrice) / this.tick
  }

  isPrice(price: number | undefined): boolean {
    if (price === undefined || !Number.isSafeInteger(price)) return false
    return price >= this.minPrice && price <= this.maxPrice && price % this.tick === 0
  }

  /** The most a buy may pay above its price. */
  premiumOf(name: string | null | undefined): number {
    return this.#premiums.find((premium) => premium.name === name)?.premium ?? 0
  }

  /** What the buyer pays on top for the wires between the two. */
  fee(sell: NaiveOrder, buy: NaiveOrder): number {
    return this.#fees[sell.zone]?.[buy.zone] ?? 0
  }

  /** What the seller can get above the buy's price: the premium if it is for this source, less the grid fee. */
  gain(sell: NaiveOrder, buy: NaiveOrder): number {
    const premium = this.#premiums.find(({ name }) => name === buy.premium)
    const isFor = premium !== undefined && sell.source !== null && premium.sources.includes(sell.source)
    return (isFor ? premium.premium : 0) - this.fee(sell, buy)
  }

  /** What the seller gets when the taker meets this maker. */
  tradePrice(taker: NaiveOrder, maker: NaiveOrder): number {
    return maker.side === 'sell' ? maker.price : maker.price + this.gain(taker, maker)
  }

  /** What the maker is worth to the taker: more is better. */
  worth(taker: NaiveOrder, maker: NaiveOrder): number {
    return maker.side === 'sell' ? this.gain(maker, taker) - maker.price : maker.price + this.gain(taker, maker)
  }

  crosses(taker: NaiveOrder, maker: NaiveOrder): boolean {
    if (taker.side === maker.side) return false
    if (taker.type !== 'limit') return true
    const [buy, sell] = taker.side === 'buy' ? [taker, maker] : [maker, taker]
    return buy.price + this.gain(sell, buy) >= sell.price
  }

  /** Orders of one lane are alike to the other side but for price and time. */
  lane(order: NaiveOrder): number {
    const [names, name] =
      order.side === 'sell'
        ? [this.#sources, order.source]
        : [this.#premiums.map((premium) => premium.name), order.premium]
    return order.zone * (1 + names.length) + (name === null ? 0 : 1 + names.indexOf(name))
  }
}
