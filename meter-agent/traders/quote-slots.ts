import { type OpenInterest, openInterest } from './open-interest.ts'
import { type PriceLimits, priceLimits } from './price-limits.ts'
import type { Quote, TraderInput, TradingSlot } from './trader.ts'

/** What a trader has to find a price for. */
export interface PriceQuestion extends OpenInterest {
  readonly slot: TradingSlot
  /** the worst price at which a trade still pays: a seller's floor, a buyer's cap */
  readonly limitEurPerMWh: number
  /** the best price there is: a seller's cap, a buyer's floor */
  readonly bestEurPerMWh: number
  readonly limits: PriceLimits
}

/**
 * A quote for each slot in which the home still wants something and neighbours have something to share, at the price
 * (whole EUR/MWh, inside the limits) that `priceOf` names; none where it names null.
 */
export function quoteSlots(input: TraderInput, priceOf: (question: PriceQuestion) => number | null): readonly Quote[] {
  const marketLimits = priceLimits(input.rules)
  return input.slots.flatMap((slot): Quote[] => {
    const rules = slot.tariff === undefined ? input.rules : { ...input.rules, tariff: slot.tariff }
    const limits = slot.tariff === undefined ? marketLimits : priceLimits(rules)
    if (limits === null) return []
    const { floorEurPerMWh, capEurPerMWh } = limits
    const interest = openInterest(slot, rules)
    if (interest === null) return []
    const [limitEurPerMWh, bestEurPerMWh] =
      interest.side === 'sell' ? [floorEurPerMWh, capEurPerMWh] : [capEurPerMWh, floorEurPerMWh]
    const priceEurPerMWh = priceOf({ slot, ...interest, limitEurPerMWh, bestEurPerMWh, limits })
    return priceEurPerMWh === null ? [] : [{ slot: slot.slot, ...interest, priceEurPerMWh }]
  })
}

/** A price as an order can have it: whole, inside the limits, rounded in the home's favour. */
export function orderPrice(
  priceEurPerMWh: number,
  { side, limits }: { readonly side: 'buy' | 'sell'; readonly limits: PriceLimits },
): number {
  const whole = side === 'sell' ? Math.ceil(priceEurPerMWh - 1e-9) : Math.floor(priceEurPerMWh + 1e-9)
  return Math.min(limits.capEurPerMWh, Math.max(limits.floorEurPerMWh, whole))
}
