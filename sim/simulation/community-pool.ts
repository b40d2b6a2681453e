import { shareOut } from './share-out.ts'
import type { SimulatedTrade } from './simulated-market.ts'
import type { SlotMeter } from './slot-meters.ts'

/**
 * By what a community shares its surplus: `by-demand`, in proportion to what each home lacks in the slot (dynamic
 * coefficients), or `equal`, the same part for every home, of which it takes what it lacks (static coefficients: what a
 * home does not need of its part goes to the supplier).
 */
export const poolCoefficients = ['by-demand', 'equal'] as const
export type PoolCoefficients = (typeof poolCoefficients)[number]

/**
 * A community's sharing of one metered slot, as if the homes had traded it at one price (whole EUR/MWh): what homes
 * have over (net export, Wh) goes to those that lack it, by the coefficients; sellers give in proportion to what they
 * have. Nobody is asked beforehand, so nobody deviates from what the pool gave.
 */
export function poolTrades(options: {
  readonly meter: SlotMeter
  readonly timeMs: number
  readonly coefficients: PoolCoefficients
  readonly priceEurPerMWh: number
}): readonly SimulatedTrade[] {
  const { meter, timeMs, coefficients, priceEurPerMWh } = options
  const netWh = meter.exportWh.map((exportWh, home) => exportWh - (meter.importWh[home] ?? 0))
  const surplusWh = netWh.map((net) => Math.max(0, net))
  const lackWh = netWh.map((net) => Math.max(0, -net))
  const offered = sum(surplusWh)
  const takenWh =
    coefficients === 'by-demand'
      ? shareOut(Math.min(offered, sum(lackWh)), lackWh)
      : shareOut(offered, new Int32Array(netWh.length).fill(1)).map((part, home) => Math.min(part, lackWh[home] ?? 0))
  const givenWh = shareOut(sum(takenWh), surplusWh)
  return pairsOf(takenWh, givenWh).map(({ buyer, seller, energyWh }) => ({
    slot: meter.slot,
    timeMs,
    buyer,
    seller,
    priceEurPerMWh,
    energyWh,
  }))
}

/** Who gets whose: both sides walked through in the street's order. The sums are equal. */
function pairsOf(takenWh: Int32Array, givenWh: Int32Array) {
  const pairs: { readonly buyer: number; readonly seller: number; readonly energyWh: number }[] = []
  let seller = 0
  let leftWh = givenWh[0] ?? 0
  for (const [buyer, taken] of takenWh.entries()) {
    let missingWh = taken
    while (missingWh > 0) {
      while (leftWh === 0) leftWh = givenWh[++seller] ?? 0
      const energyWh = Math.min(missingWh, leftWh)
      pairs.push({ buyer, seller, energyWh })
      missingWh -= energyWh
      leftWh -= energyWh
    }
  }
  return pairs
}

function sum(values: Int32Array): number {
  return values.reduce((total, value) => total + value, 0)
}
