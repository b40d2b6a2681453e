import { bestPairs, type MarketSides } from './market-sides.ts'

/** A trade, and what its two homes would have traded at: EUR/MWh. */
export interface JudgedTrade {
  readonly buyerLimitEurPerMWh: number
  readonly sellerLimitEurPerMWh: number
  readonly energyWh: number
}

/** What trades make for both sides together, µEUR: whatever their price. */
function surplusOf(trades: Iterable<JudgedTrade>): number {
  let surplusMicroEur = 0
  for (const { buyerLimitEurPerMWh, sellerLimitEurPerMWh, energyWh } of trades) {
    surplusMicroEur += (buyerLimitEurPerMWh - sellerLimitEurPerMWh) * energyWh
  }
  return surplusMicroEur
}

/**
 * Allocative efficiency (Smith 1962): the surplus that trades made, as a share of the largest that these buyers and
 * sellers could have made; null where there was none to make.
 */
export function allocativeEfficiency(market: MarketSides & { readonly trades: Iterable<JudgedTrade> }): number | null {
  const largest = bestPairs(market).reduce((sum, pair) => sum + pair.surplusMicroEur, 0)
  return largest > 0 ? surplusOf(market.trades) / largest : null
}
