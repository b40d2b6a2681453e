import type { BillTerms } from '#protocol/market-rules.ts'
import { mostPaidEurPerMWh } from '#protocol/most-paid.ts'
import type { PriceRange } from '../map/price-colours.ts'

/** The lines that a market price lives between, EUR/MWh. */
export interface TariffLines {
  /** what the supplier charges for everything */
  readonly retail: number
  /** what a buyer can pay a neighbour and be no worse off: retail less what local energy still costs */
  readonly ceiling: number
  /** what the supplier pays a seller */
  readonly feedIn: number
}

/** The three lines that the rules draw. */
export function tariffLines(rules: BillTerms): TariffLines {
  const { tariff } = rules
  return {
    retail: tariff.retailMilliEurPerMWh / 1000,
    ceiling: mostPaidEurPerMWh(rules),
    feedIn: tariff.feedInMilliEurPerMWh / 1000,
  }
}

/** What neighbours share: the prices that are good for both. The colours of trades run over it. */
export function sharedRange(rules: BillTerms): PriceRange {
  const { ceiling, feedIn } = tariffLines(rules)
  return { floor: feedIn, ceiling: Math.max(ceiling, feedIn + 1) }
}

/** An axis grows by so much at a time, EUR/MWh: a new highest price does not move everything each time. */
const AXIS_STEP = 20

/** The prices an axis must show: all lines and all trades, with some air, in EUR/MWh. */
export function priceDomain(lines: TariffLines, prices: Iterable<number>): [number, number] {
  let low = Math.min(lines.feedIn, lines.ceiling, lines.retail)
  let high = Math.max(lines.feedIn, lines.ceiling, lines.retail)
  for (const price of prices) {
    low = Math.min(low, price)
    high = Math.max(high, price)
  }
  const air = Math.max(10, (high - low) * 0.09)
  return [Math.floor((low - air) / AXIS_STEP) * AXIS_STEP, Math.ceil((high + air) / AXIS_STEP) * AXIS_STEP]
}
