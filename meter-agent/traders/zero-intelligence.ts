import { openInterest } from './open-interest.ts'
import { priceLimits } from './price-limits.ts'
import type { Quote, Trader, TraderInput } from './trader.ts'

/**
 * Zero intelligence, constrained (Gode and Sunder 1993): a price drawn evenly between the limits at which a trade
 * still pays, anew each time.
 */
export const zeroIntelligenceTrader: Trader = {
  name: 'zero-intelligence',
  quotes: (input: TraderInput): readonly Quote[] => {
    const limits = priceLimits(input.rules)
    if (limits === null) return []
    const width = limits.capEurPerMWh - limits.floorEurPerMWh + 1
    return input.slots.flatMap((slot): Quote[] => {
      const interest = openInterest(slot, input.rules)
      if (interest === null) return []
      const priceEurPerMWh = limits.floorEurPerMWh + Math.floor(input.random() * width)
      return [{ slot: slot.slot, ...interest, priceEurPerMWh }]
    })
  },
}
