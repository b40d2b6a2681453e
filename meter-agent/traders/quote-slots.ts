import type { SlotForecast } from '../forecasters/forecaster.ts'
import { OUTCOMES_LEAST } from '../forecasters/history-forecaster.ts'
import { type PriceLimits, priceLimits } from './price-limits.ts'
import { promiseWh, worthOfNextEurPerMWh } from './promise.ts'
import type { Quote, TraderInput, TradingSlot } from './trader.ts'

/** What a trader has to find a price for. */
export interface PriceQuestion {
  readonly slot: TradingSlot
  readonly side: Quote['side']
  /** the worst price at which a trade still pays, for the first Wh of it: a seller's floor, a buyer's cap */
  readonly limitEurPerMWh: number
  /** the best price there is: a seller's cap, a buyer's floor */
  readonly bestEurPerMWh: number
  /** the two of them */
  readonly limits: PriceLimits
}

type Rules = TraderInput['rules']

/** By how many standard errors chances are doubted when a slot is traded first. */
const FIRST_DOUBT = 2

/** What is expected of a slot, and by how many standard errors what outcomes say of chances is doubted. */
interface Doubted extends SlotForecast {
  readonly doubt: number
}

/**
 * A quote for each slot in which the home still wants something and neighbours have something to share, at the price
 * (whole EUR/MWh, inside the limits) that `priceOf` names; none where it names null. A home that has promised much
 * asks more for one Wh more, and one that has promised too much trades it back: its limit is what the next Wh is worth.
 */
export function quoteSlots(input: TraderInput, priceOf: (question: PriceQuestion) => number | null): readonly Quote[] {
  const marketLimits = priceLimits(input.rules)
  const quotes: Quote[] = []
  for (const slot of input.slots) {
    const rules = slot.tariff === undefined ? input.rules : { ...input.rules, tariff: slot.tariff }
    const limits = slot.tariff === undefined ? marketLimits : priceLimits(rules)
    const quote = limits === null ? null : quoteSlot({ input, slot, rules, limits }, priceOf)
    if (quote !== null) quotes.push(quote)
  }
  return quotes
}

function quoteSlot(
  asked: {
    readonly input: TraderInput
    readonly slot: TradingSlot
    readonly rules: Rules
    readonly limits: PriceLimits
  },
  priceOf: (question: PriceQuestion) => number | null,
): Quote | null {
  const { input, slot, rules, limits } = asked
  const { forecastNetWh, forecastErrorsWh } = slot
  const expected = { forecastNetWh, forecastErrorsWh, doubt: doubtOf(slot, input.tradingWindowMs) }
  const promisedWh = slot.soldWh - slot.boughtWh
  const openWh = (side: Quote['side'], priceEurPerMWh: number) =>
    openWhOf(expected, rules, { promisedWh, side, priceEurPerMWh })
  const hopedToSellWh = openWh('sell', limits.capEurPerMWh)
  const hopedToBuyWh = openWh('buy', limits.floorEurPerMWh)
  const side = hopedToSellWh >= hopedToBuyWh ? 'sell' : 'buy'
  // Who would not promise anything at the best price there is has no need of one.
  if (Math.max(hopedToSellWh, hopedToBuyWh) < 1) return null
  const own = ownLimits(expected, rules, { promisedWh, side, limits })
  if (own === null) return null
  const limitEurPerMWh = side === 'sell' ? own.floorEurPerMWh : own.capEurPerMWh
  const bestEurPerMWh = side === 'sell' ? own.capEurPerMWh : own.floorEurPerMWh
  const priceEurPerMWh = priceOf({ slot, side, limitEurPerMWh, bestEurPerMWh, limits: own })
  if (priceEurPerMWh === null) return null
  const energyWh = Math.min(rules.maxOrderWh, openWh(side, priceEurPerMWh))
  return energyWh >= 1 ? { slot: slot.slot, side, energyWh, priceEurPerMWh } : null
}

/**
 * The more looks are left, the more: who looks again and again promises by its luckiest look; who waits loses little,
 * and will know more. What is guessed says nothing to doubt: it is as wide as it is.
 */
function doubtOf({ forecastErrorsWh, msToGate }: TradingSlot, tradingWindowMs: number): number {
  return forecastErrorsWh.length < OUTCOMES_LEAST ? 0 : (FIRST_DOUBT * msToGate) / tradingWindowMs
}

/** What a home would still sell, or buy, at a price, in whole Wh; below 1 nothing. */
function openWhOf(
  expected: Doubted,
  rules: Rules,
  at: Pick<Quote, 'side' | 'priceEurPerMWh'> & { readonly promisedWh: number },
): number {
  const wanted = promiseWh(expected, rules, at)
  if (wanted === null) return 0
  return at.side === 'sell' ? wanted - at.promisedWh : at.promisedWh - wanted
}

function ownLimits(
  expected: Doubted,
  rules: Rules,
  next: { readonly promisedWh: number; readonly side: Quote['side']; readonly limits: PriceLimits },
): PriceLimits | null {
  const worth = worthOfNextEurPerMWh(expected, rules, next)
  if (worth === null) return null
  const { floorEurPerMWh, capEurPerMWh } = next.limits
  const own =
    next.side === 'sell'
      ? { floorEurPerMWh: Math.max(floorEurPerMWh, Math.ceil(worth - 1e-9)), capEurPerMWh }
      : { floorEurPerMWh, capEurPerMWh: Math.min(capEurPerMWh, Math.floor(worth + 1e-9)) }
  return own.floorEurPerMWh <= own.capEurPerMWh ? own : null
}

/** A price as an order can have it: whole, inside the limits, rounded in the home's favour. */
export function orderPrice(
  priceEurPerMWh: number,
  { side, limits }: { readonly side: Quote['side']; readonly limits: PriceLimits },
): number {
  const whole = side === 'sell' ? Math.ceil(priceEurPerMWh - 1e-9) : Math.floor(priceEurPerMWh + 1e-9)
  return Math.min(limits.capEurPerMWh, Math.max(limits.floorEurPerMWh, whole))
}
