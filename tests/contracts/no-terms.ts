import { type Terms, termsHashOf } from '#contracts/settlement/terms.ts'

/** What the bills of neighbourhoods follow that bill nothing. */
export const noTerms: Terms = {
  retailMilliEurPerMWh: 0,
  feedInMilliEurPerMWh: 0,
  localChargeMilliEurPerMWh: 0,
  protocolFeeBp: 0,
}
export const noTermsHash = termsHashOf(noTerms)
