import type { Tariff } from '#protocol/market-rules.ts'
import type { PriceSchedule } from './price-schedule.ts'

/** What a supplier's price of a kWh is made of. Prices without VAT. */
export interface TariffParts {
  readonly energy: PriceSchedule
  readonly network: PriceSchedule
  readonly levies: PriceSchedule
  /** VAT on all of that, a share: 0.19 is 19 % */
  readonly vat: number
  /** of the network price, what energy from a neighbour pays as well, a share */
  readonly localNetworkShare: number
  /** of the levies, the same */
  readonly localLeviesShare: number
  readonly feedIn: PriceSchedule
}

const MILLI = 1_000

/**
 * The supplier's tariff over a slot, in whole 0.001 EUR/MWh: retail = (energy + network + levies) × (1 + VAT); a
 * neighbour's energy bears (its share of network + its share of levies) × (1 + VAT). Retail and charge are rounded up,
 * what is paid for feeding in down: fractions stay with the supplier.
 */
export function tariffOver(
  parts: TariffParts,
  slot: { readonly startMs: number; readonly durationMs: number },
): Tariff {
  const over = (price: PriceSchedule) => price(slot.startMs, slot.durationMs)
  const [network, levies] = [over(parts.network), over(parts.levies)]
  const taxed = 1 + parts.vat
  const local = parts.localNetworkShare * network + parts.localLeviesShare * levies
  return {
    retailMilliEurPerMWh: roundedUp((over(parts.energy) + network + levies) * taxed),
    feedInMilliEurPerMWh: 0 - roundedUp(0 - over(parts.feedIn)),
    localChargeMilliEurPerMWh: Math.max(0, roundedUp(local * taxed)),
  }
}

/** Half a millionth of a thousandth is binary dust, not a fraction. */
function roundedUp(eurPerMWh: number): number {
  return Math.ceil(eurPerMWh * MILLI - 5e-7) + 0
}
