import type { PictureSlot } from '#protocol/picture/picture.ts'
import type { SlotWindow } from '../market/slots.ts'

/** The prices of a slot's trades: first, highest, lowest, last, and their average weighed by energy. EUR/MWh, Wh. */
export interface Candle {
  readonly slot: number
  readonly openEurPerMWh: number
  readonly highEurPerMWh: number
  readonly lowEurPerMWh: number
  readonly lastEurPerMWh: number
  readonly averageEurPerMWh: number
  readonly tradedWh: number
  readonly trades: number
}

/** A slot's candle; null before its first trade. */
export function candleOf(slot: PictureSlot): Candle | null {
  const { openEurPerMWh, highEurPerMWh, lowEurPerMWh, lastEurPerMWh, tradedWh, tradedMicroEur, trades } = slot
  if (openEurPerMWh === null || highEurPerMWh === null || lowEurPerMWh === null || lastEurPerMWh === null) return null
  const prices = { openEurPerMWh, highEurPerMWh, lowEurPerMWh, lastEurPerMWh }
  return { slot: slot.slot, ...prices, averageEurPerMWh: tradedMicroEur / tradedWh, tradedWh, trades }
}

/** The candles of a window, ascending; slots without a trade have none. */
export function candlesIn(slots: ReadonlyMap<number, PictureSlot>, window: SlotWindow): readonly Candle[] {
  return Array.from({ length: window.length }, (_, i) => slots.get(window.first + i))
    .map((slot) => (slot === undefined ? null : candleOf(slot)))
    .filter((candle) => candle !== null)
}
