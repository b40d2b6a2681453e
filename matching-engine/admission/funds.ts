import { fundsOf } from '#protocol/funds.ts'
import type { OpenOrder } from '#protocol/open-orders.ts'
import type { Order } from '#protocol/order.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { reserveMicroEur } from '#protocol/reserve.ts'
import { type MarketView, refuse } from './market-view.ts'

/**
 * INSUFFICIENT_FUNDS unless the account has what the order reserves, in a market that asks for it; an amend may use what
 * the order it replaces reserves. What reserves no more than before is never refused.
 */
export function fundsRefusal(view: MarketView, body: Order, replaced: OpenOrder | null): Refusal | null {
  const { street, rules } = view
  if (rules.collateral === 'none') return null
  const { account, side } = body
  const energyWh = replaced === null ? body.energyWh : body.energyWh - (replaced.energyWh - replaced.openWh)
  const priceEurPerMWh = body.type === 'market' ? worstPrice(view, body) : body.priceEurPerMWh
  const reserves = energyWh > 0 && priceEurPerMWh !== null
  const wanted = reserves ? reserveMicroEur({ side, priceEurPerMWh, energyWh }, rules) : 0
  const held = replaced === null ? 0 : reserveMicroEur({ ...replaced, energyWh: replaced.openWh }, rules)
  if (wanted <= held) return null
  const { balanceMicroEur, reservedMicroEur } = fundsOf(street, account)
  const missing = wanted - (balanceMicroEur - reservedMicroEur + held)
  if (missing <= 0) return null
  const others = reservedMicroEur - held
  const detail = `the order reserves ${wanted} µEUR; of the ${balanceMicroEur} µEUR of account ${account} ${others} are reserved: ${missing} µEUR are missing`
  return refuse('INSUFFICIENT_FUNDS', detail)
}

/** The worst price that a market order trades at if it comes now, EUR/MWh; null where it meets nobody. */
function worstPrice(
  { street }: MarketView,
  { account, slot, side, energyWh, selfTradePrevention }: Order,
): number | null {
  const opposite = [...(street.slots.get(slot)?.openOrders.values() ?? [])].filter(
    (order) => order.side !== side && (selfTradePrevention === 'none' || order.account !== account),
  )
  const better = side === 'buy' ? 1 : -1
  opposite.sort((a, b) => better * (a.priceEurPerMWh - b.priceEurPerMWh))
  let worstEurPerMWh: number | null = null
  let leftWh = energyWh
  for (const { priceEurPerMWh, openWh } of opposite) {
    worstEurPerMWh = priceEurPerMWh
    leftWh -= openWh
    if (leftWh <= 0) break
  }
  return worstEurPerMWh
}
