import type { GridFeeLines } from './grid-fees.ts'
import type { LossBills } from './loss-bills.ts'

/** By home: what it pays for the wires in a slot on top of its netted bill, µEUR; below 0 it is paid. */
export interface WireCharges {
  readonly costMicroEur: readonly number[]
  /** losses and being held back cost the same without a market */
  readonly costWithoutMarketMicroEur: readonly number[]
}

/** What fees by distance, losses, and roofs that were held back come to for each home; null where nobody pays or is paid. */
export function wireCharges({
  fees,
  losses,
  compensation,
}: {
  readonly fees: GridFeeLines | null
  readonly losses: LossBills | null
  readonly compensation: readonly number[] | null
}): WireCharges | null {
  const homes = fees?.paidMicroEur ?? losses?.homesMicroEur ?? compensation
  if (homes === null) return null
  const costWithoutMarketMicroEur = Array.from(
    homes,
    (_, home) => (losses?.homesMicroEur[home] ?? 0) - (compensation?.[home] ?? 0),
  )
  const costMicroEur = costWithoutMarketMicroEur.map((cost, home) => cost + (fees?.paidMicroEur[home] ?? 0))
  return [...costMicroEur, ...costWithoutMarketMicroEur].every((cost) => cost === 0)
    ? null
    : { costMicroEur, costWithoutMarketMicroEur }
}
