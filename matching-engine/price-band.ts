import type { MarketRules } from '#protocol/market-rules.ts'
import type { BookEvent } from './book/book-event.ts'

/**
 * Whether what a command did left the price band: one of its trades is further than `bandEurPerMWh` from the slot's
 * last price before the command. The command is carried out whole, a sweep too, and its trades stand; the slot is
 * halted before the next command. (Exchanges interrupt before such a trade, and hold an auction. Here nobody has to
 * guess whether a trade on the tape stands, and a halt never leaves a crossed book behind.) A slot without a price has
 * no band, an opening auction leaves none.
 */
export function leavesBand(
  events: readonly BookEvent[],
  band: { readonly referenceEurPerMWh: number | null; readonly rules: Pick<MarketRules, 'bandEurPerMWh'> },
): boolean {
  const { referenceEurPerMWh: reference, rules } = band
  if (rules.bandEurPerMWh === 0 || reference === null) return false
  return events.some(
    (event) => event.type === 'trade' && Math.abs(event.priceEurPerMWh - reference) > rules.bandEurPerMWh,
  )
}
