/** What a market's prices must be: whole EUR/MWh within [min, max], multiples of the tick. */
export interface PriceLimits {
  readonly minPriceEurPerMWh: number
  readonly maxPriceEurPerMWh: number
  readonly tickEurPerMWh: number
}

/** How many prices there are. Throws RangeError unless the limits are whole numbers, min ≤ max and tick ≥ 1. */
export function priceSteps(limits: PriceLimits): number {
  const { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh } = limits
  for (const [field, value] of Object.entries({ minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh })) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${field} must be a whole number, not ${value}`)
  }
  if (minPriceEurPerMWh > maxPriceEurPerMWh) {
    throw new RangeError(`minPriceEurPerMWh ${minPriceEurPerMWh} is above maxPriceEurPerMWh ${maxPriceEurPerMWh}`)
  }
  if (tickEurPerMWh < 1) throw new RangeError(`tickEurPerMWh must be at least 1, not ${tickEurPerMWh}`)
  const first = Math.ceil(minPriceEurPerMWh / tickEurPerMWh)
  return Math.max(1, Math.floor(maxPriceEurPerMWh / tickEurPerMWh) - first + 1)
}

export function isPrice(limits: PriceLimits, price: number): boolean {
  return (
    price >= limits.minPriceEurPerMWh &&
    price <= limits.maxPriceEurPerMWh &&
    Math.floor(price) === price &&
    (limits.tickEurPerMWh === 1 || price % limits.tickEurPerMWh === 0)
  )
}

/** What is wrong with a price in words, or null if it is right. */
export function priceFault(limits: PriceLimits, priceEurPerMWh: number): string | null {
  const { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh } = limits
  if (isPrice(limits, priceEurPerMWh)) return null
  if (!Number.isSafeInteger(priceEurPerMWh)) return `price ${priceEurPerMWh} is not a whole number`
  if (priceEurPerMWh < minPriceEurPerMWh || priceEurPerMWh > maxPriceEurPerMWh) {
    return `price ${priceEurPerMWh} is outside ${minPriceEurPerMWh} … ${maxPriceEurPerMWh}`
  }
  return `price ${priceEurPerMWh} is not a multiple of ${tickEurPerMWh}`
}

/** Whether a quantity is whole, above zero and exact. */
export const isQuantity = (energyWh: number): boolean =>
  energyWh >= 1 && energyWh <= Number.MAX_SAFE_INTEGER && Math.floor(energyWh) === energyWh

/** The most clips that an iceberg may have: each is a trade of its own, and no order may keep a book busy for long. */
export const CLIPS_MAX = 10_000
