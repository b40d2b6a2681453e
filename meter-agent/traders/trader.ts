import type { MarketRules } from '#protocol/market-rules.ts'

/** A slot that can still be traded, as its home sees it. Energy in Wh. */
export interface TradingSlot {
  readonly slot: number
  /** expected net at the connection point, export positive */
  readonly forecastNetWh: number
  /** what such forecasts missed so far: actual − forecast, ascending; empty while nothing is known */
  readonly forecastErrorsWh: readonly number[]
  readonly boughtWh: number
  readonly soldWh: number
  /** until the slot's book closes */
  readonly msToGate: number
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

/** A way of bidding: pure, at most one quote a slot. */
export interface Trader {
  readonly name: string
  readonly quotes: (input: TraderInput) => readonly Quote[]
}
