import type { SetAside } from '#protocol/set-aside.ts'
import type { Delivery } from './delivery.ts'

/** What is left of deliveries to be settled, the operator's estimates in their places. */
export function withoutSetAside(deliveries: readonly Delivery[], setAside: SetAside | undefined): readonly Delivery[] {
  if (setAside === undefined) return deliveries
  const homes = new Set(setAside.homes.map(({ account, slot }) => `${account} ${slot}`))
  const trades = new Set(setAside.trades)
  const estimates = new Map(setAside.estimates.map((one) => [`${one.body.account} ${one.body.slot}`, one]))
  return deliveries.map(({ slot, ...delivery }) => ({
    slot,
    trades: delivery.trades.filter(({ trade }) => !trades.has(trade.id)),
    statements: delivery.statements
      .filter(({ body }) => !homes.has(`${body.account} ${slot}`))
      .map((statement) => estimates.get(`${statement.body.account} ${slot}`) ?? statement),
  }))
}

/** Whether nothing is set aside at all. */
export function isNothing({
  homes,
  trades,
  estimates,
}: { readonly [K in keyof SetAside]: readonly unknown[] }): boolean {
  return homes.length + trades.length + estimates.length === 0
}
