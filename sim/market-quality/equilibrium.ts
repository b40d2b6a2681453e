import { bestPairs, type MarketSides } from './market-sides.ts'

/** Where supply meets demand. */
export interface Equilibrium {
  /** the middle of the prices at which as much is offered as is wanted, EUR/MWh */
  readonly priceEurPerMWh: number
  readonly energyWh: number
  /** the largest surplus that the market can make, µEUR */
  readonly surplusMicroEur: number
}

/** The competitive equilibrium of a market; null where nobody would trade. */
export function equilibriumOf(sides: MarketSides): Equilibrium | null {
  const pairs = bestPairs(sides)
  const last = pairs.at(-1)
  if (last === undefined) return null
  const energyWh = pairs.reduce((sum, pair) => sum + pair.energyWh, 0)
  const surplusMicroEur = pairs.reduce((sum, pair) => sum + pair.surplusMicroEur, 0)
  // The price stands between the last pair that trades, and the best ones that are left out do not cross it.
  const { buyer, seller } = last
  const outbid = marginal(sides.buyers, (limit) => -limit, energyWh)
  const undercut = marginal(sides.sellers, (limit) => limit, energyWh)
  const low = Math.max(seller.limitEurPerMWh, outbid ?? Number.NEGATIVE_INFINITY)
  const high = Math.min(buyer.limitEurPerMWh, undercut ?? Number.POSITIVE_INFINITY)
  return { priceEurPerMWh: (low + high) / 2, energyWh, surplusMicroEur }
}

/** The limit of who comes next when `energyWh` of a side have traded; null where nobody is left. */
function marginal(
  side: MarketSides['buyers'],
  rank: (limitEurPerMWh: number) => number,
  energyWh: number,
): number | null {
  let left = energyWh
  for (const one of side.toSorted((a, b) => rank(a.limitEurPerMWh) - rank(b.limitEurPerMWh))) {
    left -= one.energyWh
    if (left < 0) return one.limitEurPerMWh
  }
  return null
}
