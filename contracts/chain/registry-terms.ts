/** What never changes in a device registry: `types/RegistryTerms.sol`. Money in µEUR, energy in Wh, times in seconds. */
interface RegistryTerms {
  readonly bondMicroEur: number
  readonly makerBondMicroEur: number
  readonly vettingSeconds: number
  readonly vettingCapWhPerSlot: number
  readonly thawSeconds: number
  readonly disputeWindowSeconds: number
  readonly slotSeconds: number
}

const WEEK_SECONDS = 7 * 86_400

/**
 * The terms of a new deployment: 50 EUR a device, 5,000 EUR a maker, a week of vetting at 6 kW's worth of energy a
 * slot. Bonds thaw for a week, or twice the dispute window where that is longer.
 */
export function registryTermsOf(deployment: {
  readonly disputeWindowSeconds: number
  readonly slotMinutes: number
}): RegistryTerms {
  const { disputeWindowSeconds, slotMinutes } = deployment
  return {
    bondMicroEur: 50_000_000,
    makerBondMicroEur: 5_000_000_000,
    vettingSeconds: WEEK_SECONDS,
    vettingCapWhPerSlot: 100 * slotMinutes,
    thawSeconds: Math.max(WEEK_SECONDS, 2 * disputeWindowSeconds),
    disputeWindowSeconds,
    slotSeconds: 60 * slotMinutes,
  }
}
