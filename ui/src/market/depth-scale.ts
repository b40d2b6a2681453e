import type { TariffLines } from '../price/price-scale.ts'
import type { LadderSide } from './ladder.ts'

/**
 * The prices that a picture of a book shows, EUR/MWh: all its levels and the range that neighbours share, but nothing
 * further from it than the two tariffs are apart, so that one odd order does not hide the rest.
 */
export function depthDomain(
  sides: { readonly bids: LadderSide; readonly asks: LadderSide },
  lines: TariffLines,
): [number, number] {
  const prices = [...sides.bids.levels, ...sides.asks.levels].map(({ priceEurPerMWh }) => priceEurPerMWh)
  const [low, high] = [Math.min(lines.feedIn, lines.ceiling), Math.max(lines.feedIn, lines.ceiling)]
  const reach = Math.max(50, lines.retail - lines.feedIn)
  return [
    Math.max(low - reach, Math.min(low - 10, ...prices.map((price) => price - 10))),
    Math.min(high + reach, Math.max(high + 10, ...prices.map((price) => price + 10))),
  ]
}

/** What a side has open at a price or better for whoever takes it, Wh: bids at or above it, asks at or below. */
export function depthAt(
  side: LadderSide,
  at: { readonly priceEurPerMWh: number; readonly side: 'bid' | 'ask' },
): number {
  const sign = at.side === 'bid' ? 1 : -1
  return side.levels.findLast(({ priceEurPerMWh }) => sign * (priceEurPerMWh - at.priceEurPerMWh) >= 0)?.depthWh ?? 0
}

/**
 * A side's depth as a path of steps: from its best price, where it is as deep as its best level, away to the edge. Px by
 * `x` and `y`; empty for an empty side.
 */
export function depthPath(
  side: LadderSide,
  scale: {
    readonly x: (priceEurPerMWh: number) => number
    readonly y: (energyWh: number) => number
    readonly edge: number
  },
): string {
  const { x, y, edge } = scale
  const px = (length: number) => length.toFixed(1)
  const steps = side.levels.map(({ priceEurPerMWh, depthWh }) => `H${px(x(priceEurPerMWh))}V${px(y(depthWh))}`)
  const best = side.levels[0]
  if (best === undefined) return ''
  return `M${px(x(best.priceEurPerMWh))} ${px(y(0))}${steps.join('')}H${px(edge)}V${px(y(0))}Z`
}
