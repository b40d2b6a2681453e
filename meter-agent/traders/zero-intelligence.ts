import { quoteSlots } from './quote-slots.ts'
import type { Trader } from './trader.ts'

/**
 * Zero intelligence, constrained (Gode and Sunder 1993): a price drawn evenly between the limits at which a trade
 * still pays, anew each time.
 */
export const zeroIntelligenceTrader: Trader = {
  name: 'zero-intelligence',
  hears: 'nothing',
  quotes: (input) =>
    quoteSlots(input, ({ limits: { floorEurPerMWh, capEurPerMWh } }) => {
      return floorEurPerMWh + Math.floor(input.random() * (capEurPerMWh - floorEurPerMWh + 1))
    }),
}
