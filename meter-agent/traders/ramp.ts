import { openInterest } from './open-interest.ts'
import { priceLimits } from './price-limits.ts'
import type { Quote, Trader, TraderInput } from './trader.ts'

/**
 * Asks for its best price first and gives way in a straight line until, at the gate, it takes its worst acceptable
 * one: sellers from the cap down to the feed-in tariff, buyers from the feed-in tariff up to the cap.
 */
export const rampTrader: Trader = {
  name: 'ramp',
  quotes: (input: TraderInput): readonly Quote[] => {
    const limits = priceLimits(input.rules)
    if (limits === null) return []
    const { floorEurPerMWh, capEurPerMWh } = limits
    return input.slots.flatMap((slot): Quote[] => {
      const interest = openInterest(slot, input.rules)
      if (interest === null) return []
      const left = Math.min(1, Math.max(0, slot.msToGate / input.tradingWindowMs))
      const given = Math.floor((1 - left) * (capEurPerMWh - floorEurPerMWh))
      const priceEurPerMWh = interest.side === 'sell' ? capEurPerMWh - given : floorEurPerMWh + given
      return [{ slot: slot.slot, ...interest, priceEurPerMWh }]
    })
  },
}
