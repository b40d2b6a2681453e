import type { DepthRow } from '#protocol/messages.ts'
import type { PriceStory } from '#protocol/picture/run.ts'

/** A price level before and after a trade. Wh, EUR/MWh. */
export interface LevelChange {
  readonly side: 'bid' | 'ask'
  readonly priceEurPerMWh: number
  /** 0: not there */
  readonly beforeWh: number
  readonly afterWh: number
  readonly change: 'gone' | 'new' | 'less' | 'more' | 'same'
}

/** Levels of a book that has changed, highest price first, and how many that did not change are left out. */
export interface BookChange {
  readonly levels: readonly LevelChange[]
  readonly hidden: number
}

/**
 * What a command has changed in a book: every level that changed, and of the others the `keep` best of each side, before
 * or after.
 */
export function bookChange({ before, after }: Pick<PriceStory, 'before' | 'after'>, keep: number): BookChange {
  const asks = sideChange('ask', before.asks, after.asks)
  const bids = sideChange('bid', before.bids, after.bids)
  const shown = [...asks.slice().sort(byPrice(1)), ...bids.slice().sort(byPrice(-1))]
  const kept = { ask: 0, bid: 0 }
  const levels = shown.filter(({ side, change }) => change !== 'same' || kept[side]++ < keep)
  return {
    levels: [
      ...levels.filter(({ side }) => side === 'ask').sort(byPrice(-1)),
      ...levels.filter(({ side }) => side === 'bid').sort(byPrice(-1)),
    ],
    hidden: shown.length - levels.length,
  }
}

const byPrice = (sign: 1 | -1) => (a: LevelChange, b: LevelChange) => sign * (a.priceEurPerMWh - b.priceEurPerMWh)

function sideChange(
  side: 'bid' | 'ask',
  before: readonly DepthRow[],
  after: readonly DepthRow[],
): readonly LevelChange[] {
  const was = new Map(before.map(([price, openWh]) => [price, openWh]))
  const is = new Map(after.map(([price, openWh]) => [price, openWh]))
  return [...new Set([...was.keys(), ...is.keys()])].map((priceEurPerMWh) => {
    const [beforeWh, afterWh] = [was.get(priceEurPerMWh) ?? 0, is.get(priceEurPerMWh) ?? 0]
    return { side, priceEurPerMWh, beforeWh, afterWh, change: changeOf(beforeWh, afterWh) }
  })
}

function changeOf(beforeWh: number, afterWh: number): LevelChange['change'] {
  if (beforeWh === afterWh) return 'same'
  if (afterWh === 0) return 'gone'
  if (beforeWh === 0) return 'new'
  return afterWh < beforeWh ? 'less' : 'more'
}
