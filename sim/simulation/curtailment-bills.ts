import type { Tariff } from '#protocol/market-rules.ts'
import { billLineMicroEur } from '#protocol/units.ts'

/**
 * What homes are paid for what their roofs were not let give in a slot, µEUR by home, from 0: what it would have earned
 * as feed-in (nothing where that is below 0), or so many EUR/MWh, to 0.001. Who runs the wires pays it. Each line is
 * rounded down once.
 */
export function curtailmentBills(
  curtailedWh: Int32Array,
  { tariff, eurPerMWh }: { readonly tariff: Tariff; readonly eurPerMWh: number | undefined },
): readonly number[] {
  const rateMilliEurPerMWh =
    eurPerMWh === undefined ? Math.max(0, tariff.feedInMilliEurPerMWh) : Math.round(eurPerMWh * 1_000)
  return Array.from(curtailedWh, (energyWh) => billLineMicroEur({ energyWh, rateMilliEurPerMWh }))
}
