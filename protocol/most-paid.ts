import type { BillTerms } from './market-rules.ts'

/**
 * The price at which energy from a neighbour costs a home as much as the supplier's, in EUR/MWh with fractions: retail
 * less the local charge, and of that what the protocol fee on the price leaves. Below it a purchase pays.
 */
export function mostPaidEurPerMWh({ tariff, protocolFeeBp }: BillTerms): number {
  const avoidedEurPerMWh = (tariff.retailMilliEurPerMWh - tariff.localChargeMilliEurPerMWh) / 1_000
  return avoidedEurPerMWh <= 0 ? avoidedEurPerMWh : (avoidedEurPerMWh * 10_000) / (10_000 + protocolFeeBp)
}
