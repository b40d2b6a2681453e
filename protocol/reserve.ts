import type { BillTerms } from './market-rules.ts'

/**
 * What an order, or what it traded, may cost its account in the end, in whole µEUR: what orders reserve in a market that
 * asks for funds. A buy: its price, local charge and fee. A sell: what failing to deliver costs, the supplier's energy in
 * its place, and what a price below 0 costs. Never below 0. Each line is rounded up a Wh, so that the trades of an
 * order at its price reserve what the order did.
 */
export function reserveMicroEur(
  wish: { readonly side: 'buy' | 'sell'; readonly priceEurPerMWh: number; readonly energyWh: number },
  terms: BillTerms,
): number {
  const { side, priceEurPerMWh, energyWh } = wish
  return energyWh * (side === 'buy' ? ofBuy(priceEurPerMWh, terms) : ofSell(priceEurPerMWh, terms))
}

/** A Wh bought, µEUR. */
function ofBuy(priceEurPerMWh: number, { tariff, protocolFeeBp }: BillTerms): number {
  const chargeEurPerMWh = Math.ceil(tariff.localChargeMilliEurPerMWh / 1_000)
  const feeEurPerMWh = Math.ceil((Math.max(0, priceEurPerMWh) * protocolFeeBp) / 10_000)
  return Math.max(0, priceEurPerMWh + chargeEurPerMWh + feeEurPerMWh)
}

/** A Wh sold, µEUR. */
function ofSell(priceEurPerMWh: number, { tariff }: BillTerms): number {
  const retailEurPerMWh = Math.ceil(tariff.retailMilliEurPerMWh / 1_000)
  return Math.max(0, retailEurPerMWh - priceEurPerMWh) + Math.max(0, -priceEurPerMWh)
}
