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

/** A slot, and by how many standard errors what outcomes say of chances is doubted. */
type DoubtedSlot = TradingSlot & { readonly doubt: number }

/**
 * A quote for each slot in which the home still wants something and neighbours have something to share, at the price
 * (whole EUR/MWh, inside the limits) that `priceOf` names; none where it names null. A home that has promised much
 * asks more for one Wh more, and one that has promised too much trades it back: its limit is what the next Wh is worth.
 */
export function quoteSlots(input: TraderInput, priceOf: (question: PriceQuestion) => number | null): readonly Quote[] {
  const marketLimits = priceLimits(input.rules)
  return input.slots.flatMap((asked): Quote[] => {
    const slot = { ...asked, doubt: doubtOf(asked, input.tradingWindowMs) }
    const rules = slot.tariff === undefined ? input.rules : { ...input.rules, tariff: slot.tariff }
    const limits = slot.tariff === undefined ? marketLimits : priceLimits(rules)
    if (limits === null) return []
    const { floorEurPerMWh, capEurPerMWh } = limits
    const hoped = {
      sell: openWh(slot, rules, { side: 'sell', priceEurPerMWh: capEurPerMWh }),
      buy: openWh(slot, rules, { side: 'buy', priceEurPerMWh: floorEurPerMWh }),
    }
    const side = hoped.sell >= hoped.buy ? 'sell' : 'buy'
    // Who would not promise anything at the best price there is has no need of one.
    if (hoped[side] < 1) return []
    const own = ownLimits(slot, rules, { side, limits })
    if (own === null) return []
    const [limitEurPerMWh, bestEurPerMWh] =
      side === 'sell' ? [own.floorEurPerMWh, own.capEurPerMWh] : [own.capEurPerMWh, own.floorEurPerMWh]
    const priceEurPerMWh = priceOf({ slot, side, limitEurPerMWh, bestEurPerMWh, limits: own })
    if (priceEurPerMWh === null) return []
    const energyWh = Math.min(rules.maxOrderWh, openWh(slot, rules, { side, priceEurPerMWh }))
    return energyWh >= 1 ? [{ slot: slot.slot, side, energyWh, priceEurPerMWh }] : []
  })
}

/**
 * The more looks are left, the more: who looks again and again promises by its luckiest look; who waits loses little,
 * and will know more. What is guessed says nothing to doubt: it is as wide as it is.
 */
function doubtOf({ forecastErrorsWh, msToGate }: TradingSlot, tradingWindowMs: number): number {
  return forecastErrorsWh.length < OUTCOMES_LEAST ? 0 : (FIRST_DOUBT * msToGate) / tradingWindowMs
}

/** What a home would still sell, or buy, at a price, in whole Wh; below 1 nothing. */
function openWh(slot: DoubtedSlot, rules: Rules, at: Pick<Quote, 'side' | 'priceEurPerMWh'>): number {
  const wanted = promiseWh(slot, rules, at)
  if (wanted === null) return 0
  const promised = slot.soldWh - slot.boughtWh
  return at.side === 'sell' ? wanted - promised : promised - wanted
}

function ownLimits(
  slot: DoubtedSlot,
  rules: Rules,
  { side, limits }: { readonly side: Quote['side']; readonly limits: PriceLimits },
): PriceLimits | null {
  const worth = worthOfNextEurPerMWh(slot, rules, { side, promisedWh: slot.soldWh - slot.boughtWh })
  if (worth === null) return null
  const { floorEurPerMWh, capEurPerMWh } = limits
  const own =
    side === 'sell'
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
