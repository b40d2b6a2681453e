import type { PictureSlot } from '#protocol/picture/picture.ts'

/** What slots add up to. Energy in Wh, money in µEUR. */
export interface SlotSums {
  readonly importWh: number
  readonly exportWh: number
  /** import that export of the same slot met: Σ min(import, export) */
  readonly coveredWh: number
  readonly tradedWh: number
  readonly tradedMicroEur: number
  readonly unmatchedWh: number
  /** null where those of one of them are not known */
  readonly lossesWh: number | null
  /** of the slot in which most passed the transformer: import − export, so − is towards the supplier */
  readonly peakNetWh: number
}

export function sumSlots(slots: readonly PictureSlot[]): SlotSums {
  const energy = { importWh: 0, exportWh: 0, coveredWh: 0, tradedWh: 0, unmatchedWh: 0, peakNetWh: 0 }
  const sums = { ...energy, tradedMicroEur: 0, lossesWh: 0 as number | null }
  for (const slot of slots) {
    const netWh = slot.importWh - slot.exportWh
    sums.importWh += slot.importWh
    sums.exportWh += slot.exportWh
    sums.coveredWh += Math.min(slot.importWh, slot.exportWh)
    sums.tradedWh += slot.tradedWh
    sums.tradedMicroEur += slot.tradedMicroEur
    sums.unmatchedWh += slot.unmatchedWh
    sums.lossesWh = sums.lossesWh === null || slot.lossesWh === null ? null : sums.lossesWh + slot.lossesWh
    if (Math.abs(netWh) > Math.abs(sums.peakNetWh)) sums.peakNetWh = netWh
  }
  return sums
}

/** A part of a whole, 0 … 1; null of nothing. */
export const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)
