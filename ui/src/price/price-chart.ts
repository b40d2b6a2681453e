import { setAttributes, setText, svg } from '../dom.ts'
import { centsPerKilowattHour } from '../format.ts'
import { words } from '../words/words.ts'
import { CandleMarks } from './candle-marks.ts'
import type { PriceScene } from './price-scene.ts'
import { SlotMarks } from './slot-marks.ts'
import { TariffMarks } from './tariff-marks.ts'

/** The picture of prices: tariffs, candles, averages, the slots and their states, now, and where the viewer points. */
export class PriceChart {
  readonly root = svg('svg', { class: 'price-chart', 'aria-hidden': 'true' })
  readonly #tariffs = new TariffMarks()
  readonly #selected = svg('rect', { class: 'slot-selected', rx: 3 })
  readonly #now = svg('line', { class: 'now-line' })
  readonly #nowName = svg('text', { class: 'now-name' }, words.price.now)
  readonly #candles = new CandleMarks()
  readonly #slots = new SlotMarks()
  readonly #crossSlot = svg('line', { class: 'crosshair' })
  readonly #crossPrice = svg('line', { class: 'crosshair' })
  readonly #crossBox = svg('rect', { class: 'crosshair-box', rx: 3, width: 36, height: 16 })
  readonly #crossValue = svg('text', { class: 'crosshair-value' })

  constructor() {
    this.root.append(
      this.#tariffs.root,
      this.#selected,
      this.#now,
      this.#nowName,
      this.#candles.root,
      this.#slots.root,
      this.#crossSlot,
      this.#crossPrice,
      this.#crossBox,
      this.#crossValue,
    )
  }

  draw(scene: PriceScene, size: { readonly width: number; readonly height: number }): void {
    const { width, height } = size
    setAttributes(this.root, { width, height, viewBox: `0 0 ${width} ${height}` })
    this.#tariffs.draw(scene)
    this.#candles.draw(scene)
    this.#slots.draw(scene)
    this.#drawNow(scene)
    this.#drawSelected(scene)
    this.#drawCrosshair(scene)
  }

  #drawNow({ page, x, left, right, top, bottom }: PriceScene): void {
    const at = x(page.clockMs / (page.slotMinutes * 60_000))
    const isShown = at >= left && at <= right
    for (const mark of [this.#now, this.#nowName]) mark.style.visibility = isShown ? 'inherit' : 'hidden'
    setAttributes(this.#now, { x1: at, x2: at, y1: top - 6, y2: bottom + 26 })
    setAttributes(this.#nowName, { x: at + 4, y: top })
  }

  #drawSelected({ page, x, top, bottom }: PriceScene): void {
    this.#selected.style.visibility = page.slot === null ? 'hidden' : 'inherit'
    if (page.slot === null) return
    const [start, end] = [x(page.slot), x(page.slot + 1)]
    setAttributes(this.#selected, { x: start - 1, width: end - start + 2, y: top - 6, height: bottom + 32 - top })
  }

  #drawCrosshair({ focus, x, y, left, right, top, bottom }: PriceScene): void {
    const price = focus?.priceEurPerMWh ?? null
    this.#crossSlot.style.visibility = focus === null ? 'hidden' : 'inherit'
    for (const mark of [this.#crossPrice, this.#crossBox, this.#crossValue]) {
      mark.style.visibility = price === null ? 'hidden' : 'inherit'
    }
    if (focus === null) return
    const at = x(focus.slot + 0.5)
    setAttributes(this.#crossSlot, { x1: at, x2: at, y1: top - 6, y2: bottom + 26 })
    if (price === null) return
    const level = y(price)
    setAttributes(this.#crossPrice, { x1: left, x2: right, y1: level, y2: level })
    setAttributes(this.#crossBox, { x: 0, y: level - 8 })
    setAttributes(this.#crossValue, { x: left - 8, y: level + 4 })
    setText(this.#crossValue, centsPerKilowattHour(price))
  }
}
