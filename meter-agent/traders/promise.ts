import { chanceOf, placeAt } from './outcome-chance.ts'
import type { Quote, TraderInput, TradingSlot } from './trader.ts'

type Side = Quote['side']
type Terms = Pick<TraderInput['rules'], 'tariff' | 'protocolFeeBp'>
/** What is expected, and what became of such forecasts so far: a home's net in Wh, export positive. */
type Expected = Pick<TradingSlot, 'forecastNetWh' | 'forecastErrorsWh'> & {
  /** by how many standard errors of what past errors say of a chance to be on the safe side; none unless told */
  readonly doubt?: number
}

const MILLI = 1_000
const BP = 10_000

/**
 * What a home should have promised in a slot, sold − bought in whole Wh, where it can sell (or buy) at a price
 * (EUR/MWh): up to there it sells, down to there it buys. A promised Wh that is missing costs retail, one left over
 * brings the feed-in tariff. So one more is worth selling while the chance that it will be missing is below
 * (price − feed-in) ÷ (retail − feed-in), and worth buying while that chance is above (price with charge and fee −
 * feed-in) ÷ (retail − feed-in): the newsvendor's quantiles of what past errors make of the forecast. What lies between
 * the two is best left as it is. Null where no promise is worth its risk. No errors at all: the forecast is exact.
 */
export function promiseWh(
  expected: Expected,
  terms: Terms,
  at: { readonly side: Side; readonly priceEurPerMWh: number },
): number | null {
  const { forecastNetWh, forecastErrorsWh, doubt = 0 } = expected
  const known = forecastErrorsWh.length
  const place = placeAt(chanceAt(terms, at), { side: at.side, known, doubt })
  if (known === 0) return (at.side === 'sell' ? place >= 0 : place <= 1) ? forecastNetWh : null
  if (at.side === 'sell' ? place < 1 : place > known) return null
  return forecastNetWh + (forecastErrorsWh[Math.min(known, Math.max(1, place)) - 1] ?? 0)
}

/**
 * The worst price (EUR/MWh, with fractions) at which a home gains by promising one Wh more than `promisedWh` (sold −
 * bought) by selling, or one less by buying: where `promiseWh` begins to say so. Null where no price is good enough.
 */
export function worthOfNextEurPerMWh(
  expected: Expected,
  terms: Terms,
  next: { readonly side: Side; readonly promisedWh: number },
): number | null {
  const { forecastNetWh, forecastErrorsWh, doubt = 0 } = expected
  const { side, promisedWh } = next
  const known = forecastErrorsWh.length
  const errorWh = promisedWh + (side === 'sell' ? 1 : -1) - forecastNetWh
  if (known === 0)
    return (side === 'sell' ? errorWh <= 0 : errorWh >= 0) ? priceAt(terms, side, side === 'sell' ? 0 : 1) : null
  const place = side === 'sell' ? below(forecastErrorsWh, errorWh) + 1 : below(forecastErrorsWh, errorWh + 1)
  return place < 1 || place > known ? null : priceAt(terms, side, chanceOf(place, { side, known, doubt }))
}

/** The chance of missing a Wh at which a price makes it indifferent whether it is promised. */
function chanceAt(
  { tariff, protocolFeeBp }: Terms,
  at: { readonly side: Side; readonly priceEurPerMWh: number },
): number {
  const { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh } = tariff
  const priceMilli = at.priceEurPerMWh * MILLI
  const chargedMilli = localChargeMilliEurPerMWh + (Math.max(0, priceMilli) * protocolFeeBp) / BP
  const allMilli = at.side === 'sell' ? priceMilli : priceMilli + chargedMilli
  const gapMilli = retailMilliEurPerMWh - feedInMilliEurPerMWh
  if (gapMilli <= 0) return at.side === 'sell' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return (allMilli - feedInMilliEurPerMWh) / gapMilli
}

/** What `chanceAt` undoes. */
function priceAt({ tariff, protocolFeeBp }: Terms, side: Side, chance: number): number {
  const { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh } = tariff
  const allMilli = feedInMilliEurPerMWh + chance * (retailMilliEurPerMWh - feedInMilliEurPerMWh)
  if (side === 'sell') return allMilli / MILLI
  const leftMilli = allMilli - localChargeMilliEurPerMWh
  return (leftMilli <= 0 ? leftMilli : (leftMilli * BP) / (BP + protocolFeeBp)) / MILLI
}

/** How many of an ascending list are below. */
function below(ascending: readonly number[], least: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) < least) low = middle + 1
    else high = middle
  }
  return low
}
