import type { Tariff } from '#protocol/market-rules.ts'
import { mostPaidEurPerMWh } from '#protocol/most-paid.ts'
import type { SlotMeter } from './slot-meters.ts'

/**
 * The most that neighbours could have shared in a metered slot, µEUR: of what some had over (net export) and others
 * lacked the smaller, each Wh of it worth retail − local charge − feed-in (0 where that is below 0).
 */
export function largestSurplusMicroEur(meter: SlotMeter, tariff: Tariff): number {
  let overWh = 0
  let lackingWh = 0
  for (const [home, exportWh] of meter.exportWh.entries()) {
    const netWh = exportWh - (meter.importWh[home] ?? 0)
    if (netWh > 0) overWh += netWh
    else lackingWh -= netWh
  }
  const { retailMilliEurPerMWh, localChargeMilliEurPerMWh, feedInMilliEurPerMWh } = tariff
  const gapMilliEurPerMWh = Math.max(0, retailMilliEurPerMWh - localChargeMilliEurPerMWh - feedInMilliEurPerMWh)
  return (Math.min(overWh, lackingWh) * gapMilliEurPerMWh) / 1_000
}

/** The price in the middle of what pays for both sides, whole EUR/MWh; null where nothing does. */
export function fairPriceEurPerMWh(terms: { readonly tariff: Tariff; readonly protocolFeeBp: number }): number | null {
  const floor = Math.ceil(terms.tariff.feedInMilliEurPerMWh / 1_000)
  const cap = Math.floor(mostPaidEurPerMWh(terms))
  return floor <= cap ? Math.floor((floor + cap) / 2) : null
}
