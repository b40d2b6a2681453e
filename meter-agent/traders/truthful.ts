import { quoteSlots } from './quote-slots.ts'
import type { Trader } from './trader.ts'

/** Says at once what a trade is worth to the home: its limit, and no more. Simplest, and the most easily outwitted. */
export const truthfulTrader: Trader = {
  name: 'truthful',
  hears: 'nothing',
  quotes: (input) => quoteSlots(input, ({ limitEurPerMWh }) => limitEurPerMWh),
}
