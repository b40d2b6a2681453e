import type { OpenOrder } from '#protocol/open-orders.ts'

/** All open energy at one price, and all that is at least as good. */
interface Level {
  readonly priceEurPerMWh: number
  readonly energyWh: number
  readonly depthWh: number
  readonly orders: number
}

/** One side of a book, best price first, and what lies beyond the levels shown. */
export interface LadderSide {
  readonly levels: readonly Level[]
  readonly beyond: { readonly levels: number; readonly energyWh: number }
}

/** A slot's book by price. `spreadEurPerMWh` is best ask − best bid, null unless both are there. */
export interface Ladder {
  readonly bids: LadderSide
  readonly asks: LadderSide
  readonly spreadEurPerMWh: number | null
  /** the larger depth of the two sides as shown, Wh: what a full bar stands for */
  readonly deepestWh: number
}

/** Adds open orders up by price. At most `levelsMax` levels a side; the rest is counted, not listed. */
export function ladderOf(orders: Iterable<OpenOrder>, levelsMax: number): Ladder {
  const byPrice = { buy: new Map<number, Sum>(), sell: new Map<number, Sum>() }
  for (const order of orders) {
    const side = byPrice[order.side]
    const sum = side.get(order.priceEurPerMWh) ?? { energyWh: 0, orders: 0 }
    sum.energyWh += order.openWh
    sum.orders++
    side.set(order.priceEurPerMWh, sum)
  }
  const bids = sideOf(byPrice.buy, { levelsMax, best: 'highest' })
  const asks = sideOf(byPrice.sell, { levelsMax, best: 'lowest' })
  const [bid, ask] = [bids.levels[0], asks.levels[0]]
  return {
    bids,
    asks,
    spreadEurPerMWh: bid && ask ? ask.priceEurPerMWh - bid.priceEurPerMWh : null,
    deepestWh: Math.max(0, ...[...bids.levels, ...asks.levels].map((level) => level.depthWh)),
  }
}

interface Sum {
  energyWh: number
  orders: number
}

function sideOf(
  sums: ReadonlyMap<number, Sum>,
  options: { readonly levelsMax: number; readonly best: 'highest' | 'lowest' },
): LadderSide {
  const direction = options.best === 'highest' ? -1 : 1
  let depthWh = 0
  const levels = [...sums]
    .sort(([a], [b]) => direction * (a - b))
    .map(([priceEurPerMWh, sum]): Level => {
      depthWh += sum.energyWh
      return { priceEurPerMWh, ...sum, depthWh }
    })
  const beyond = levels.slice(options.levelsMax)
  return {
    levels: levels.slice(0, options.levelsMax),
    beyond: { levels: beyond.length, energyWh: beyond.reduce((sum, level) => sum + level.energyWh, 0) },
  }
}
