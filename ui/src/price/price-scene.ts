import type { MarketRules } from '#protocol/market-rules.ts'
import { slotAt } from '#protocol/slot.ts'
import { linearScale } from '../linear-scale.ts'
import { type SlotWindow, windowOn } from '../market/slots.ts'
import type { Page } from '../page.ts'
import { type Candle, candlesIn } from './candles.ts'
import { priceDomain, type TariffLines, tariffLines } from './price-scale.ts'

/** Where the viewer points: a slot, and a price where it is a pointer that points. */
export interface PriceFocus {
  readonly slot: number
  readonly priceEurPerMWh: number | null
}

/** What the parts of the price chart are drawn from: the page, and where slots and prices lie, px. */
export interface PriceScene {
  readonly page: Page
  readonly rules: MarketRules
  readonly lines: TariffLines
  readonly window: SlotWindow
  readonly candles: readonly Candle[]
  readonly focus: PriceFocus | null
  readonly x: (slot: number) => number
  readonly y: (priceEurPerMWh: number) => number
  readonly ticksEurPerMWh: readonly number[]
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly isNarrow: boolean
}

/** Below the plot: the slots' marks, their words, the hours. */
const SLOTS_HEIGHT = 54
/** Less wide than this, px, less is told and shown. */
export const NARROW = 560

/** Lays the chart of a page out; null while the market has no rules, or there is no room. */
export function priceScene(options: {
  readonly page: Page
  readonly width: number
  readonly height: number
  readonly slots: number
  readonly focus: PriceFocus | null
}): PriceScene | null {
  const { page, width, height, slots, focus } = options
  const { rules } = page.picture
  if (rules === null || width < 240 || height < SLOTS_HEIGHT + 40) return null
  const isNarrow = width < NARROW
  const [left, right] = [38, width - 118]
  const [top, bottom] = [16, height - SLOTS_HEIGHT]
  const { slotMinutes, slot: chosen } = page
  const present = slotAt({ timeMs: page.clockMs, slotMinutes })
  const window = windowOn({ present, chosen, length: slots })
  const candles = candlesIn(page.picture.slots, window)
  const lines = tariffLines(rules)
  const prices = candles.flatMap(({ lowEurPerMWh, highEurPerMWh }) => [lowEurPerMWh, highEurPerMWh])
  const x = linearScale([window.first, window.first + window.length], [left, right])
  const y = linearScale(priceDomain(lines, prices), [bottom, top])
  const ticksEurPerMWh = y.ticks(bottom - top > 160 ? 6 : 4)
  return { page, rules, lines, window, candles, focus, x, y, ticksEurPerMWh, left, right, top, bottom, isNarrow }
}

/** What lies under a point of the chart, px; null beside the slots. */
export function focusAt(scene: PriceScene, at: { readonly x: number; readonly y: number }): PriceFocus | null {
  const { window, left, right, top, bottom } = scene
  if (at.x < left || at.x >= right) return null
  const slot = window.first + Math.floor(((at.x - left) / (right - left)) * window.length)
  const [high, low] = [priceAt(scene, top), priceAt(scene, bottom)]
  const isInPlot = at.y >= top && at.y <= bottom
  const share = (at.y - top) / (bottom - top)
  return { slot, priceEurPerMWh: isInPlot ? Math.round(high + (low - high) * share) : null }
}

function priceAt({ y }: PriceScene, at: number): number {
  const [origin, unit] = [y(0), y(1) - y(0)]
  return (at - origin) / unit
}
