import { firmEnergyWh } from './firm-energy.ts'
import type { TraderInput, TradingSlot } from './trader.ts'

/** What a home still wants in a slot. */
export interface OpenInterest {
  readonly side: 'buy' | 'sell'
  readonly energyWh: number
}

/** Which way a home trades in a slot: it sells if export is expected, else it buys. */
export function sideOf({ forecastNetWh }: Pick<TradingSlot, 'forecastNetWh'>): OpenInterest['side'] {
  return forecastNetWh > 0 ? 'sell' : 'buy'
}

/**
 * What is worth a promise at a price (EUR/MWh) less what is traded already. Null when nothing is left, also where more
 * was traded than is worth a promise now: who trades back and forth pays the spread each time.
 */
export function openInterest(
  slot: TradingSlot,
  rules: TraderInput['rules'],
  priceEurPerMWh: number,
): OpenInterest | null {
  const side = sideOf(slot)
  const tradedWh = side === 'sell' ? slot.soldWh - slot.boughtWh : slot.boughtWh - slot.soldWh
  const firmWh = firmEnergyWh(slot, rules.tariff, priceEurPerMWh)
  // What was traded the other way before the forecast turned is not traded back, so it does not widen the order.
  const energyWh = Math.min(rules.maxOrderWh, firmWh - tradedWh, firmWh)
  return energyWh >= 1 ? { side, energyWh } : null
}
