/** Something that a slot's book has shown to everybody. Prices in EUR/MWh. */
export interface MarketNews {
  /** of an order that nobody has taken: its own; of a trade: the resting order's */
  readonly side: 'buy' | 'sell'
  /** of an order its limit, of a trade the resting order's */
  readonly priceEurPerMWh: number
  /** a trade, or an order that became the best of its side */
  readonly happened: 'traded' | 'leads'
}

/** A slot's book as everybody sees it. Prices in EUR/MWh, null where nobody stands. */
export interface SlotNews {
  readonly bestBidEurPerMWh: number | null
  readonly bestAskEurPerMWh: number | null
  /** since the home's trader was last asked about the slot, oldest first */
  readonly heard: readonly MarketNews[]
}

/** The news where nobody listens, or nothing happened. */
export const noNews: SlotNews = { bestBidEurPerMWh: null, bestAskEurPerMWh: null, heard: [] }
