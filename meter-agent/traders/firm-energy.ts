import type { Tariff } from '#protocol/market-rules.ts'
import type { TradingSlot } from './trader.ts'

/** With fewer past errors than this, nothing is known about the forecast's quality. */
const ERRORS_LEAST = 4

/**
 * How much of a slot's forecast is worth a promise, in whole Wh, from 0 to all of it. Who sells a Wh too few misses
 * the gap to the feed-in tariff; who sells one too many buys it at retail (a buyer's case is the mirror image). The
 * quantity at which both risks balance is the newsvendor's: the quantile under ÷ (under + over) of what past errors
 * of the forecast make of it, with the price in the middle between the limits.
 */
export function firmEnergyWh(slot: Pick<TradingSlot, 'forecastNetWh' | 'forecastErrorsWh'>, tariff: Tariff): number {
  const { forecastNetWh, forecastErrorsWh } = slot
  const expectedWh = Math.abs(forecastNetWh)
  if (forecastErrorsWh.length < ERRORS_LEAST) return expectedWh
  const share = balancedShare(tariff)
  const missedWh = forecastNetWh > 0 ? quantile(forecastErrorsWh, share) : 0 - quantile(forecastErrorsWh, 1 - share)
  return Math.min(expectedWh, Math.max(0, expectedWh + missedWh))
}

/** under ÷ (under + over): half the shared gap, against the whole gap and the charge that a failed trade still bears. */
function balancedShare({ retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh }: Tariff): number {
  const gap = Math.max(0, retailMilliEurPerMWh - localChargeMilliEurPerMWh - feedInMilliEurPerMWh)
  const whole = gap + localChargeMilliEurPerMWh
  return whole > 0 ? gap / 2 / whole : 0
}

/** The value below which `share` of an ascending list lies; one of its values. */
function quantile(ascending: readonly number[], share: number): number {
  const index = Math.min(ascending.length - 1, Math.floor(share * ascending.length))
  return ascending[index] ?? 0
}
