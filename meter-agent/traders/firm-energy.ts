import type { Tariff } from '#protocol/market-rules.ts'
import type { TradingSlot } from './trader.ts'

/** With fewer past errors than this, nothing is known about the forecast's quality. */
const ERRORS_LEAST = 4
const MILLI = 1_000

/**
 * How much of a slot's forecast is worth a promise at a price (EUR/MWh), in whole Wh, from 0 to all of it. Who sells a
 * Wh too few misses what the price is above the feed-in tariff; who sells one too many buys it at retail. Who buys one
 * too few pays retail for it; one too many, with the charge that it bears, goes for the feed-in tariff. The quantity at
 * which both risks balance is the newsvendor's: the quantile under ÷ (under + over) of what past errors of the forecast
 * make of it. So near its limit a home promises next to nothing, and the better the price the more.
 */
export function firmEnergyWh(
  slot: Pick<TradingSlot, 'forecastNetWh' | 'forecastErrorsWh'>,
  tariff: Tariff,
  priceEurPerMWh: number,
): number {
  const { forecastNetWh, forecastErrorsWh } = slot
  const expectedWh = Math.abs(forecastNetWh)
  if (forecastErrorsWh.length < ERRORS_LEAST) return expectedWh
  const share = balancedShare(forecastNetWh > 0 ? 'sell' : 'buy', tariff, priceEurPerMWh)
  const missedWh = forecastNetWh > 0 ? quantile(forecastErrorsWh, share) : 0 - quantile(forecastErrorsWh, 1 - share)
  return Math.min(expectedWh, Math.max(0, expectedWh + missedWh))
}

/** under ÷ (under + over), from 0 to 1: their sum is always retail − feed-in. */
function balancedShare(side: 'buy' | 'sell', tariff: Tariff, priceEurPerMWh: number): number {
  const { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh } = tariff
  const priceMilli = priceEurPerMWh * MILLI
  const under =
    side === 'sell' ? priceMilli - feedInMilliEurPerMWh : retailMilliEurPerMWh - localChargeMilliEurPerMWh - priceMilli
  const whole = retailMilliEurPerMWh - feedInMilliEurPerMWh
  return whole > 0 ? Math.min(1, Math.max(0, under / whole)) : 0
}

/** The value below which `share` of an ascending list lies; one of its values. */
function quantile(ascending: readonly number[], share: number): number {
  const index = Math.min(ascending.length - 1, Math.floor(share * ascending.length))
  return ascending[index] ?? 0
}
