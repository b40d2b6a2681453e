import { mostPaidEurPerMWh } from '#protocol/most-paid.ts'
import type { TraderInput } from './trader.ts'

/** The prices between which a local trade pays for both, whole EUR/MWh. */
export interface PriceLimits {
  /** below it a seller rather takes the feed-in tariff */
  readonly floorEurPerMWh: number
  /** above it a buyer rather pays the supplier: what a local kWh saves is retail less what it still bears */
  readonly capEurPerMWh: number
}

const MILLI = 1_000

/** The limits that the tariff gives, inside the market's price limits; null when there is nothing to share. */
export function priceLimits(rules: TraderInput['rules']): PriceLimits | null {
  const floorEurPerMWh = Math.max(rules.minPriceEurPerMWh, Math.ceil(rules.tariff.feedInMilliEurPerMWh / MILLI))
  const capEurPerMWh = Math.min(rules.maxPriceEurPerMWh, Math.floor(mostPaidEurPerMWh(rules)))
  return floorEurPerMWh <= capEurPerMWh ? { floorEurPerMWh, capEurPerMWh } : null
}
