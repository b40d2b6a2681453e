import type { DepthRow } from '#protocol/messages.ts'
import type { Book } from '../book.ts'

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

/** Puts a book's levels in order. At most `levelsMax` levels a side; the rest is counted, not listed. */
export function ladderOf(book: Pick<Book, 'bids' | 'asks'> | null, levelsMax: number): Ladder {
  const bids = sideOf(book?.bids.values() ?? [], { levelsMax, best: 'highest' })
  const asks = sideOf(book?.asks.values() ?? [], { levelsMax, best: 'lowest' })
  const [bid, ask] = [bids.levels[0], asks.levels[0]]
  return {
    bids,
    asks,
    spreadEurPerMWh: bid && ask ? ask.priceEurPerMWh - bid.priceEurPerMWh : null,
    deepestWh: Math.max(0, ...[...bids.levels, ...asks.levels].map((level) => level.depthWh)),
  }
}

function sideOf(
  rows: Iterable<DepthRow>,
  options: { readonly levelsMax: number; readonly best: 'highest' | 'lowest' },
): LadderSide {
  const direction = options.best === 'highest' ? -1 : 1
  let depthWh = 0
  const levels = [...rows]
    .sort(([a], [b]) => direction * (a - b))
    .map(([priceEurPerMWh, energyWh, orders]): Level => {
      depthWh += energyWh
      return { priceEurPerMWh, energyWh, orders, depthWh }
    })
  const beyond = levels.slice(options.levelsMax)
  return {
    levels: levels.slice(0, options.levelsMax),
    beyond: { levels: beyond.length, energyWh: beyond.reduce((sum, level) => sum + level.energyWh, 0) },
  }
}
