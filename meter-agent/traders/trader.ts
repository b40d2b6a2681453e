import type { MarketRules } from '#protocol/market-rules.ts'
import type { SlotNews } from './slot-news.ts'

/** A slot that can still be traded, as its home sees it. Energy in Wh. */
export interface TradingSlot {
  readonly slot: number
  /** expected net at the connection point, export positive */
  readonly forecastNetWh: number
  /** what became of such forecasts so far: actual − forecast, ascending; empty while nothing is known */
  readonly forecastErrorsWh: readonly number[]
  readonly boughtWh: number
  readonly soldWh: number
  /** until the slot's book closes */
  readonly msToGate: number
  /** what its book shows; left out where nobody listens to it */
  readonly news?: SlotNews
  /** the supplier's in this slot, where it is another than the market's own */
  readonly tariff?: MarketRules['tariff']
}

/** Everything a trader decides on. */
export interface TraderInput {
  readonly slots: readonly TradingSlot[]
  readonly rules: Pick<
    MarketRules,
    'tariff' | 'protocolFeeBp' | 'minPriceEurPerMWh' | 'maxPriceEurPerMWh' | 'maxOrderWh'
  >
  /** how long before its gate a slot is traded first */
  readonly tradingWindowMs: number
  /** numbers in [0, 1) of the home's own seeded stream */
  readonly random: () => number
}

/** The one order that a home wants to have in a slot's book. */
export interface Quote {
  readonly slot: number
  readonly side: 'buy' | 'sell'
  readonly priceEurPerMWh: number
  readonly energyWh: number
}

/**
 * A way of bidding, at most one quote a slot. What it answers depends on nothing but what it was asked so far: one
 * that learns remembers, so each home has a trader of its own (`makeTrader`).
 */
export interface Trader {
  readonly name: string
  /** whether it makes anything of a slot's news */
  readonly hears: 'nothing' | 'news'
  readonly quotes: (input: TraderInput) => readonly Quote[]
}
