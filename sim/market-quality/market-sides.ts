/** What somebody would trade at most: so many Wh, at this price (EUR/MWh) or a better one. */
interface Interest {
  readonly limitEurPerMWh: number
  readonly energyWh: number
}

/** Everybody who would buy and sell in one market, in any order. */
export interface MarketSides {
  readonly buyers: readonly Interest[]
  readonly sellers: readonly Interest[]
}

/** Energy of a buyer and a seller that a perfect market brings together, and what it makes in µEUR. */
export interface BestPair {
  readonly buyer: Interest
  readonly seller: Interest
  readonly energyWh: number
  readonly surplusMicroEur: number
}

/** The pairs of a perfect market: the dearest buyers with the cheapest sellers, as long as that makes a surplus of 0 or more. */
export function bestPairs({ buyers, sellers }: MarketSides): readonly BestPair[] {
  const dearest = buyers.toSorted((a, b) => b.limitEurPerMWh - a.limitEurPerMWh)
  const cheapest = sellers.toSorted((a, b) => a.limitEurPerMWh - b.limitEurPerMWh)
  const pairs: BestPair[] = []
  let [buy, sell, bought, sold] = [0, 0, 0, 0]
  for (;;) {
    const [buyer, seller] = [dearest[buy], cheapest[sell]]
    if (buyer === undefined || seller === undefined || buyer.limitEurPerMWh < seller.limitEurPerMWh) return pairs
    const energyWh = Math.min(buyer.energyWh - bought, seller.energyWh - sold)
    const surplusMicroEur = (buyer.limitEurPerMWh - seller.limitEurPerMWh) * energyWh
    if (energyWh > 0) pairs.push({ buyer, seller, energyWh, surplusMicroEur })
    bought += energyWh
    sold += energyWh
    if (bought >= buyer.energyWh) [buy, bought] = [buy + 1, 0]
    if (sold >= seller.energyWh) [sell, sold] = [sell + 1, 0]
  }
}
