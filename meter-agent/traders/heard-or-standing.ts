import type { PriceQuestion } from './quote-slots.ts'
import { type MarketNews, noNews } from './slot-news.ts'

/**
 * What happened in a slot's book since the last question; where nothing did, that the best order of the home's own side
 * still stands there untaken. Else a book in which everybody waits for news would fall asleep.
 */
export function heardOrStanding({ side, slot }: Pick<PriceQuestion, 'side' | 'slot'>): readonly MarketNews[] {
  const { heard, bestBidEurPerMWh, bestAskEurPerMWh } = slot.news ?? noNews
  const standing = side === 'buy' ? bestBidEurPerMWh : bestAskEurPerMWh
  return heard.length > 0 || standing === null ? heard : [{ side, priceEurPerMWh: standing, happened: 'leads' }]
}
