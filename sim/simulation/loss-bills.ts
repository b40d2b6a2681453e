import type { Tariff } from '#protocol/market-rules.ts'
import { billLineMicroEur } from '#protocol/units.ts'

/** Who pays for what the wires lose: who runs them, out of the network charges, or each home for what it adds to it. */
export const lossPayers = ['operator', 'homes'] as const
export type LossPayer = (typeof lossPayers)[number]

/** What the energy that the wires lost in a slot costs, µEUR; the supplier gets all of it. */
export interface LossBills {
  /** by home: + is paid, − is credited to who lowers the losses; all 0 where the operator pays */
  readonly homesMicroEur: readonly number[]
  readonly operatorMicroEur: number
}

/**
 * Bills what was lost in a slot, Wh by home, at what energy alone costs: retail less the local charge, since what is
 * lost in the wires does not pay for using them. Each line is rounded once, in the supplier's favour.
 */
export function lossBills(
  lossesWh: Int32Array,
  { tariff, payer }: { readonly tariff: Tariff; readonly payer: LossPayer },
): LossBills {
  const rateMilliEurPerMWh = tariff.retailMilliEurPerMWh - tariff.localChargeMilliEurPerMWh
  const paid = (energyWh: number) => 0 - billLineMicroEur({ energyWh: 0 - energyWh, rateMilliEurPerMWh })
  if (payer === 'homes') return { homesMicroEur: Array.from(lossesWh, paid), operatorMicroEur: 0 }
  const lost = lossesWh.reduce((sum, wh) => sum + wh, 0)
  return { homesMicroEur: Array.from(lossesWh, () => 0), operatorMicroEur: paid(lost) }
}
