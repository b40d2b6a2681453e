import { mixedColours } from '../mix-colours.ts'

/** Few colours, so that everything of one colour is one path. */
export const PRICE_STEPS = 8

/** The prices that the colours run between, EUR/MWh. */
export interface PriceRange {
  readonly floor: number
  readonly ceiling: number
}

/** Which of the colours a price has: 0 at the floor or below, `PRICE_STEPS` − 1 at the ceiling or above. */
export function priceStep(priceEurPerMWh: number, range: PriceRange): number {
  const share = (priceEurPerMWh - range.floor) / Math.max(1, range.ceiling - range.floor)
  return Math.min(PRICE_STEPS - 1, Math.max(0, Math.floor(share * PRICE_STEPS)))
}

/** The colours, cheap to dear. One hue that changes in lightness: it reads the same to every eye. */
export function priceColours(ends: { readonly low: string; readonly high: string }): string[] {
  return mixedColours({ from: ends.low, to: ends.high }, PRICE_STEPS)
}
