import { setAttributes, setText, svg } from '../dom.ts'
import { centsPerKilowattHour, tariffCentsPerKilowattHour } from '../format.ts'
import { words } from '../words/words.ts'
import type { PriceScene } from './price-scene.ts'
import { spreadApart } from './spread-apart.ts'

/** A line's value and its name under it. */
const LABEL_HEIGHT = 27

/** The supplier's two tariffs, what energy is worth to a buyer, and the two bands between them. */
export class TariffMarks {
  readonly root = svg('g')
  readonly #charge = svg('rect', { class: 'band-charge' })
  readonly #shared = svg('rect', { class: 'band-shared' })
  readonly #chargeName = svg('text', { class: 'band-name' }, words.price.charge)
  readonly #sharedName = svg('text', { class: 'band-name band-name-shared' }, words.price.shared)
  readonly #unit = svg('text', { class: 'axis-unit', x: 2, y: 9 }, words.price.unit)
  readonly #ticks = svg('g', { class: 'price-ticks' })
  readonly #lines = (['retail', 'ceiling', 'feedIn'] as const).map((name) => ({
    name,
    rule: svg('line', { class: `tariff tariff-${name}` }),
    value: svg('text', { class: 'tariff-value' }),
    label: svg('text', { class: 'tariff-name' }, words.price[name]),
  }))

  constructor() {
    const lines = this.#lines.flatMap(({ rule, value, label }) => [rule, value, label])
    this.root.append(
      ...[this.#charge, this.#shared, this.#chargeName, this.#sharedName, this.#unit, this.#ticks, ...lines],
    )
  }

  draw(scene: PriceScene): void {
    const { lines, left, right, top, bottom, y, isNarrow } = scene
    const [retail, ceiling, feedIn] = [y(lines.retail), y(lines.ceiling), y(lines.feedIn)]
    const across = { x: left, width: right - left }
    setAttributes(this.#charge, { ...across, y: retail, height: Math.max(0, ceiling - retail) })
    setAttributes(this.#shared, { ...across, y: ceiling, height: Math.max(0, feedIn - ceiling) })
    setAttributes(this.#chargeName, { x: right - 8, y: (retail + ceiling) / 2 + 4 })
    setAttributes(this.#sharedName, { x: right - 8, y: feedIn - 6 })
    // Where there is no room for it, the lines' own names must do.
    this.#chargeName.style.visibility = isNarrow || ceiling - retail < 16 ? 'hidden' : 'inherit'
    this.#sharedName.style.visibility = isNarrow || feedIn - ceiling < 40 ? 'hidden' : 'inherit'
    const rates = [lines.retail, lines.ceiling, lines.feedIn]
    // Prices are whole EUR/MWh: the last that a buyer gains by. The tariffs have the digits that they have.
    const told = [
      tariffCentsPerKilowattHour(Math.round(lines.retail * 1_000)),
      centsPerKilowattHour(Math.floor(lines.ceiling)),
      tariffCentsPerKilowattHour(Math.round(lines.feedIn * 1_000)),
    ]
    const room = { gap: LABEL_HEIGHT, low: top - 8, high: bottom - 6 }
    const labels = spreadApart([retail, ceiling, feedIn], room)
    this.#lines.forEach(({ rule, value, label }, i) => {
      const at = y(rates[i] as number)
      const labelAt = labels[i] as number
      setAttributes(rule, { x1: left, x2: right, y1: at, y2: at })
      setAttributes(value, { x: right + 8, y: labelAt + 2 })
      setAttributes(label, { x: right + 8, y: labelAt + 15 })
      const rate = told[i] as string
      setText(value, isNarrow ? rate : `${rate} ${words.price.unit}`)
    })
    this.#drawTicks(scene)
  }

  #drawTicks({ ticksEurPerMWh, left, y }: PriceScene): void {
    while (this.#ticks.childElementCount < ticksEurPerMWh.length) this.#ticks.append(svg('text', { x: left - 8 }))
    ;[...this.#ticks.children].forEach((tick, i) => {
      const price = ticksEurPerMWh[i]
      setText(tick, price === undefined ? '' : String(Math.round(price / 10)).replace('-', '−'))
      if (price !== undefined) setAttributes(tick, { y: y(price) + 4 })
    })
  }
}
