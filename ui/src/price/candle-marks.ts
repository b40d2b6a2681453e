import { setAttributes, svg } from '../dom.ts'
import type { Candle } from './candles.ts'
import type { PriceScene } from './price-scene.ts'

/** Each slot's trades as a candle (hollow where its price rose, full where it fell), and the line of their averages. */
export class CandleMarks {
  readonly root = svg('g')
  readonly #wicks = svg('path', { class: 'candle candle-wick' })
  readonly #risen = svg('path', { class: 'candle candle-risen' })
  readonly #fallen = svg('path', { class: 'candle candle-fallen' })
  readonly #average = svg('path', { class: 'vwap' })

  constructor() {
    this.root.append(this.#wicks, this.#risen, this.#fallen, this.#average)
  }

  draw(scene: PriceScene): void {
    const { candles, x, y } = scene
    const width = Math.min(14, Math.max(2, (x(1) - x(0)) * 0.6))
    let [wicks, risen, fallen] = ['', '', '']
    for (const candle of candles) {
      const { openEurPerMWh: open, lastEurPerMWh: last, highEurPerMWh: high, lowEurPerMWh: low } = candle
      const at = x(candle.slot + 0.5)
      const [top, bottom] = [y(Math.max(open, last)), y(Math.min(open, last))]
      if (high > low) wicks += `M${px(at)} ${px(y(high))}V${px(top)}M${px(at)} ${px(bottom)}V${px(y(low))}`
      const body = `M${px(at - width / 2)} ${px(top)}h${px(width)}V${px(bottom)}h${px(-width)}Z`
      if (last > open) risen += body
      else fallen += body
    }
    setAttributes(this.#wicks, { d: wicks })
    setAttributes(this.#risen, { d: risen })
    setAttributes(this.#fallen, { d: fallen })
    setAttributes(this.#average, { d: averageLine(scene, width) })
  }
}

/** From slot to slot, broken where a slot has not traded; a slot alone is a short dash. */
function averageLine({ candles, x, y }: PriceScene, width: number): string {
  let drawn = ''
  let before: Candle | null = null
  for (const candle of candles) {
    const [at, level] = [x(candle.slot + 0.5), y(candle.averageEurPerMWh)]
    const follows = before?.slot === candle.slot - 1
    drawn += follows ? `L${px(at)} ${px(level)}` : `M${px(at - width / 2)} ${px(level)}H${px(at)}`
    const isLast = !candles.some(({ slot }) => slot === candle.slot + 1)
    if (isLast) drawn += `h${px(width / 2)}`
    before = candle
  }
  return drawn
}

const px = (length: number): string => length.toFixed(1)
