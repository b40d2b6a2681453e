import { reserveMicroEur } from './reserve.ts'
import type { Street } from './street.ts'

/** What an account has in the vault as the log last told, and what of it its orders and unsettled trades reserve, µEUR. */
export interface Funds {
  readonly balanceMicroEur: number
  readonly reservedMicroEur: number
}

/** An account's funds now. Trades stay reserved until their slot is settled: then the balance has them. */
export function fundsOf({ rules, slots, funds }: Street, account: `0x${string}`): Funds {
  let reservedMicroEur = 0
  if (rules !== null) {
    for (const { openOrdersOf, positions } of slots.values()) {
      reservedMicroEur += positions.get(account)?.reservedMicroEur ?? 0
      for (const { side, priceEurPerMWh, openWh } of openOrdersOf.get(account)?.values() ?? []) {
        reservedMicroEur += reserveMicroEur({ side, priceEurPerMWh, energyWh: openWh }, rules)
      }
    }
  }
  return { balanceMicroEur: funds.get(account) ?? 0, reservedMicroEur }
}
