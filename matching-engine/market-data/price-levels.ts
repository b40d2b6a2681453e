import type { DepthRow } from '#protocol/messages.ts'

interface Level {
  readonly priceEurPerMWh: number
  openWh: number
  /** 0: nobody is left there; the level is kept for those who have to be told */
  orders: number
  /** the sequence that changed it last */
  changedAt: number
  /** its neighbours in the order of change */
  newer: Level | null
  older: Level | null
}

/** A level as plain data: price in EUR/MWh, open Wh, orders, and the sequence that changed it last. */
export type LevelState = readonly [priceEurPerMWh: number, openWh: number, orders: number, changedAt: number]

/**
 * One side of a book by price levels. What has changed since any sequence is found by what has changed, not by what is
 * there: levels are linked in the order of their last change. Bounded by the prices that there are.
 */
export class PriceLevels {
  /** makes prices ascend from worst to best: +1 for buys, −1 for sells */
  readonly #sign: 1 | -1
  readonly #byPrice = new Map<number, Level>()
  /** those with orders, from worst to best */
  readonly #live: Level[] = []
  #newest: Level | null = null

  constructor(side: 'buy' | 'sell', state: readonly LevelState[] = []) {
    this.#sign = side === 'buy' ? 1 : -1
    for (const [priceEurPerMWh, openWh, orders, changedAt] of state) {
      const level = Object.assign(this.#added(priceEurPerMWh), { openWh, orders, changedAt })
      if (orders > 0) this.#live.splice(this.#indexOf(priceEurPerMWh), 0, level)
      this.#makeNewest(level)
    }
  }

  /** All levels, also those where nobody is left, in the order of their last change. */
  get state(): readonly LevelState[] {
    const levels: LevelState[] = []
    for (let level = this.#newest; level !== null; level = level.older) {
      levels.push([level.priceEurPerMWh, level.openWh, level.orders, level.changedAt])
    }
    return levels.reverse()
  }

  /** The level that trades first, or null. */
  get best(): DepthRow | null {
    const best = this.#live.at(-1)
    return best === undefined ? null : rowOf(best)
  }

  /** All levels with orders, best first. */
  get rows(): readonly DepthRow[] {
    return this.#live.toReversed().map(rowOf)
  }

  /** The levels that changed after a sequence, in no order that means anything. */
  changedAfter(sequence: number): readonly DepthRow[] {
    const rows: DepthRow[] = []
    for (let level = this.#newest; level !== null && level.changedAt > sequence; level = level.older) {
      rows.push(rowOf(level))
    }
    return rows
  }

  /** Adds to a level, or takes from it. */
  change(by: {
    readonly priceEurPerMWh: number
    readonly openWh: number
    readonly orders: -1 | 0 | 1
    readonly sequence: number
  }): void {
    const { priceEurPerMWh, openWh, orders, sequence } = by
    const level = this.#byPrice.get(priceEurPerMWh) ?? this.#added(priceEurPerMWh)
    const had = level.orders
    level.openWh += openWh
    level.orders += orders
    if (level.orders < 0 || level.openWh < 0) throw new Error(`the level at ${priceEurPerMWh} EUR/MWh is overdrawn`)
    if (had === 0 && level.orders > 0) this.#live.splice(this.#indexOf(priceEurPerMWh), 0, level)
    if (had > 0 && level.orders === 0) this.#live.splice(this.#indexOf(priceEurPerMWh), 1)
    level.changedAt = sequence
    if (this.#newest !== level) this.#makeNewest(level)
  }

  #added(priceEurPerMWh: number): Level {
    const level: Level = { priceEurPerMWh, openWh: 0, orders: 0, changedAt: 0, newer: null, older: null }
    this.#byPrice.set(priceEurPerMWh, level)
    return level
  }

  #makeNewest(level: Level): void {
    if (level.newer !== null) level.newer.older = level.older
    if (level.older !== null) level.older.newer = level.newer
    level.newer = null
    level.older = this.#newest
    if (this.#newest !== null) this.#newest.newer = level
    this.#newest = level
  }

  /** Where a price's level is among the live ones, or would have to be put: binary search. */
  #indexOf(priceEurPerMWh: number): number {
    let low = 0
    let high = this.#live.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const price = this.#live[middle]?.priceEurPerMWh ?? 0
      if ((price - priceEurPerMWh) * this.#sign < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

const rowOf = ({ priceEurPerMWh, openWh, orders }: Level): DepthRow => [priceEurPerMWh, openWh, orders]
