import type { Picture } from '#protocol/picture/picture.ts'

/** A run's prices by time since its start: the average of each slot that traded. */
export interface PricePoint {
  /** since the run began, ms */
  readonly sinceMs: number
  readonly priceEurPerMWh: number
}

/** Average prices of the slots that a picture keeps, in order. `beginMs` is when its run began. */
export function priceLine(picture: Picture, beginMs: number): readonly PricePoint[] {
  const slotMs = (picture.rules?.slotMinutes ?? 15) * 60_000
  return [...picture.slots.values()]
    .filter(({ tradedWh }) => tradedWh > 0)
    .map(({ slot, tradedMicroEur, tradedWh }) => ({
      sinceMs: slot * slotMs - beginMs,
      priceEurPerMWh: tradedMicroEur / tradedWh,
    }))
    .sort((a, b) => a.sinceMs - b.sinceMs)
}
