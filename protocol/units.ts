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
  return flooredShare(line.energyWh, line.rateMilliEurPerMWh, 1_000n)
}

/** The line of a fee in basis points (1/10,000) of an amount in µEUR, signed and rounded as the other lines are. */
export function feeLineMicroEur(line: { readonly amountMicroEur: number; readonly feeBp: number }): number {
  return flooredShare(line.amountMicroEur, line.feeBp, 10_000n)
}

/** ⌊amount × rate ÷ unit⌋, exact. */
function flooredShare(amount: number, rate: number, unit: bigint): number {
  const product = BigInt(amount) * BigInt(rate)
  return Number(product >= 0n ? product / unit : -((-product + unit - 1n) / unit))
}
