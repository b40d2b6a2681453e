/**
 * Rules that markets were opened without at first. A log from that time, and a home that remembers one, is read as if
 * it said these: what they rule is off, or as wide as nobody ever needed.
 */
export const laterRules = {
  openingCallMs: 0,
  priceRule: 'largest-volume',
  bandEurPerMWh: 0,
  haltMs: 5 * 60_000,
  maxOrdersPerAccountAndSlot: 10_000,
  protocolFeeBp: 0,
  collateral: 'none',
  devices: 'any',
} as const
