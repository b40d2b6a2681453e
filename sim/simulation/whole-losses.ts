/**
 * Losses by home in whole Wh that add up to the whole Wh of their feeder, slot by slot: what a home's share was more or
 * less than it was given is kept for the next slots, so that over a run each is within a few Wh of its exact share.
 */
export class WholeLosses {
  readonly #owedWh: Float64Array

  constructor(homes: number) {
    this.#owedWh = new Float64Array(homes)
  }

  /** Shares out so many whole Wh by what the homes have exactly added, Wh; may be below 0 for some. */
  share(exactWh: Float64Array, totalWh: number): Int32Array {
    const owed = this.#owedWh
    for (let home = 0; home < owed.length; home++) owed[home] = (owed[home] as number) + (exactWh[home] ?? 0)
    const given = Int32Array.from(owed, Math.floor)
    const missing = totalWh - given.reduce((sum, wh) => sum + wh, 0)
    const byRest = Array.from(owed.keys()).sort((a, b) => restOf(owed, b) - restOf(owed, a) || a - b)
    // Below 0 only by the rounding of sums.
    const [one, chosen] = missing >= 0 ? [1, byRest.slice(0, missing)] : [-1, byRest.slice(missing)]
    for (const home of chosen) given[home] = (given[home] as number) + one
    for (let home = 0; home < owed.length; home++) owed[home] = (owed[home] as number) - (given[home] as number)
    return given
  }
}

function restOf(owedWh: Float64Array, home: number): number {
  const owed = owedWh[home] as number
  return owed - Math.floor(owed)
}
