/**
 * Units of the market. Energy is whole Wh, price whole EUR/MWh (= µEUR/Wh), money whole µEUR,
 * so a trade's value never rounds. Tariffs are finer: whole 0.001 EUR/MWh ("milli").
 */

/** The value of a trade in µEUR: price (EUR/MWh = µEUR/Wh) × energy (Wh), exact. Throws RangeError above 2^53 − 1. */
export function tradeValueMicroEur(trade: { readonly priceEurPerMWh: number; readonly energyWh: number }): number {
  const value = trade.priceEurPerMWh * trade.energyWh
  if (!Number.isSafeInteger(value)) throw new RangeError(`trade value ${value} µEUR is not a safe integer`)
  return value
}

/**
 * One line of a home's bill in µEUR, from the home's side: + is received, − is paid.
 * Rounded down (towards −∞) once, so that the remainder always stays with the counterparty (DOMAIN: the supplier).
 */
export function billLineMicroEur(line: { readonly energyWh: number; readonly rateMilliEurPerMWh: number }): number {
  const milli = BigInt(line.energyWh) * BigInt(line.rateMilliEurPerMWh)
  const floored = milli >= 0n ? milli / 1000n : -((-milli + 999n) / 1000n)
  return Number(floored)
}
