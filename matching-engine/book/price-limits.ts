/** What a market's prices must be: whole EUR/MWh within [min, max], multiples of the tick. */
export interface PriceLimits {
  readonly minPriceEurPerMWh: number
  readonly maxPriceEurPerMWh: number
  readonly tickEurPerMWh: number
}

/** What is wrong with a price in words, or null if it is right. */
export function priceFault(limits: PriceLimits, priceEurPerMWh: number): string | null {
  const { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh } = limits
  if (!Number.isSafeInteger(priceEurPerMWh)) return `price ${priceEurPerMWh} is not a whole number`
  if (priceEurPerMWh < minPriceEurPerMWh || priceEurPerMWh > maxPriceEurPerMWh) {
    return `price ${priceEurPerMWh} is outside ${minPriceEurPerMWh} … ${maxPriceEurPerMWh}`
  }
  if (priceEurPerMWh % tickEurPerMWh !== 0) return `price ${priceEurPerMWh} is not a multiple of ${tickEurPerMWh}`
  return null
}

/**
 * What is wrong with a quantity in words, or null if it is right: whole, above zero, and its value at the price
 * (null for a market order) still a safe integer. |price| × quantity rounds to above 2^53 − 1 exactly when it is.
 */
export function quantityFault(order: {
  readonly energyWh: number
  readonly priceEurPerMWh: number | null
}): string | null {
  const { energyWh, priceEurPerMWh } = order
  if (!Number.isSafeInteger(energyWh) || energyWh <= 0) {
    return `quantity ${energyWh} is not a whole number from 1 to 2^53 − 1`
  }
  if (priceEurPerMWh !== null && Math.abs(priceEurPerMWh) * energyWh > Number.MAX_SAFE_INTEGER) {
    return `quantity ${energyWh} at price ${priceEurPerMWh} is worth more than 2^53 − 1`
  }
  return null
}
