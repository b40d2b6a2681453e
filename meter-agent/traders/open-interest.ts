import type { TradingSlot } from './trader.ts'

/** What a home still wants in a slot. */
export interface OpenInterest {
  readonly side: 'buy' | 'sell'
  readonly energyWh: number
}

/**
 * The expected net less what is traded already: sells if export is expected, else buys. Null when nothing is left,
 * also where more was traded than is expected now: who trades back and forth pays the spread each time.
 */
export function openInterest(slot: TradingSlot, maxOrderWh: number): OpenInterest | null {
  const side = slot.forecastNetWh > 0 ? 'sell' : 'buy'
  const tradedWh = side === 'sell' ? slot.soldWh - slot.boughtWh : slot.boughtWh - slot.soldWh
  const energyWh = Math.min(maxOrderWh, Math.abs(slot.forecastNetWh) - tradedWh)
  // What was traded the other way before the forecast turned is not traded back, so it does not widen the order.
  const capped = Math.min(energyWh, Math.abs(slot.forecastNetWh))
  return capped >= 1 ? { side, energyWh: capped } : null
}
