import { line, path, scaleLinear } from 'd3'
import type { SlotPhase } from '#protocol/market-event.ts'
import { slotAt } from '#protocol/slot.ts'
import type { StreetSlot } from '#protocol/street.ts'
import { element, setAttributes, setText, svg } from '../dom.ts'
import { centsPerKilowattHour } from '../format.ts'
import { PRICE_STEPS, priceColours, priceStep } from '../map/price-colours.ts'
import type { SlotChooser } from '../market/market-view.ts'
import { type SlotWindow, slotWindow } from '../market/slots.ts'
import type { Page } from '../page.ts'
import type { Palette } from '../theme.ts'
import { words } from '../words.ts'
import { priceDomain, sharedRange, tariffLines } from './price-scale.ts'
import { SlotRow } from './slot-row.ts'

const margin = { top: 10, right: 118, bottom: 42, left: 38 }
const legendPhases: readonly SlotPhase[] = ['continuous', 'closed', 'delivering', 'metering', 'settling', 'settled']

/** The price of every slot between the two tariffs, over the row of slots with their states. */
export class PriceView {
  readonly #svg = svg('svg', { class: 'price-chart', 'aria-hidden': 'true' })
  readonly #charge = svg('rect', { class: 'band-charge' })
  readonly #shared = svg('rect', { class: 'band-shared' })
  readonly #selected = svg('rect', { class: 'slot-selected', rx: 3 })
  readonly #now = svg('line', { class: 'now-line' })
  readonly #nowName = svg('text', { class: 'now-name' }, words.price.now)
  readonly #lines = (['retail', 'ceiling', 'feedIn'] as const).map((name) => ({
    name,
    rule: svg('line', { class: `tariff tariff-${name}` }),
    value: svg('text', { class: `tariff-value tariff-value-${name}` }),
    label: svg('text', { class: 'tariff-name' }, words.price[name]),
  }))
  readonly #chargeName = svg('text', { class: 'band-name' }, words.price.charge)
  readonly #sharedName = svg('text', { class: 'band-name band-name-shared' }, words.price.shared)
  readonly #vwap = svg('path', { class: 'vwap' })
  readonly #dots = Array.from({ length: PRICE_STEPS }, () => svg('path', { class: 'dots' }))
  readonly #ticks = svg('g', { class: 'price-ticks' })
  readonly #slots: SlotRow
  readonly #waiting = element('p', { class: 'price-waiting' }, words.price.waiting)
  #colours: string[] = []
  #size = { width: 0, height: 0 }
  #page: Page | null = null

  constructor(root: HTMLElement, palette: Palette, chooser: SlotChooser) {
    this.#slots = new SlotRow(chooser)
    this.setPalette(palette)
    this.#svg.append(
      this.#charge,
      this.#shared,
      this.#selected,
      this.#chargeName,
      this.#sharedName,
      this.#ticks,
      ...this.#lines.flatMap(({ rule, value, label }) => [rule, value, label]),
      this.#now,
      this.#nowName,
      ...this.#dots,
      this.#vwap,
    )
    const legend = element(
      'p',
      { class: 'slot-legend' },
      ...priceKeys(),
      ...legendPhases.map((phase) => SlotRow.legend(phase)),
    )
    const box = element('div', { class: 'price-box' }, this.#svg, this.#slots.root, this.#waiting)
    root.setAttribute('aria-label', words.price.heading)
    root.append(element('header', {}, element('h2', {}, words.price.heading), legend), box)
    new ResizeObserver(() => {
      this.#size = { width: box.clientWidth, height: box.clientHeight }
      if (this.#page !== null) this.draw(this.#page)
    }).observe(box)
  }

  setPalette(palette: Palette): void {
    this.#colours = priceColours({ low: palette.priceLow, high: palette.priceHigh })
    this.#dots.forEach((dots, i) => {
      dots.setAttribute('fill', this.#colours[i] ?? 'none')
    })
    if (this.#page !== null) this.draw(this.#page)
  }

  draw(page: Page): void {
    this.#page = page
    const { rules, slots } = page.street
    this.#waiting.hidden = rules !== null
    this.#svg.style.visibility = rules === null ? 'hidden' : 'visible'
    const { width, height } = this.#size
    if (rules === null || width === 0) return
    setAttributes(this.#svg, { width, height, viewBox: `0 0 ${width} ${height}` })

    const narrow = width < 560
    const right = width - (narrow ? 106 : margin.right)
    const bottom = height - margin.bottom
    const present = slotAt({ timeMs: page.clockMs, slotMinutes: page.slotMinutes })
    const window = slotWindow(present, narrow ? 32 : 64)
    const lines = tariffLines(rules)
    const x = scaleLinear([window.first, window.first + window.length], [margin.left, right])
    const vwaps = [...slots.values()].filter((slot) => slot.tradedWh > 0 && inWindow(slot.slot, window))
    const prints = page.street.tape.filter(({ trade }) => inWindow(trade.slot, window))
    const y = scaleLinear(
      priceDomain(lines, [...prints.map(({ trade }) => trade.priceEurPerMWh), ...vwaps.map(averagePrice)]),
      [bottom, margin.top],
    )

    setAttributes(this.#charge, box(margin.left, right, y(lines.retail), y(lines.ceiling)))
    setAttributes(this.#shared, box(margin.left, right, y(lines.ceiling), y(lines.feedIn)))
    setAttributes(this.#chargeName, { x: margin.left + 8, y: (y(lines.retail) + y(lines.ceiling)) / 2 + 4 })
    // On a narrow page the lines' own names must do.
    this.#chargeName.style.visibility = narrow ? 'hidden' : 'inherit'
    setAttributes(this.#sharedName, { x: margin.left + 8, y: y(lines.feedIn) - 8 })
    for (const { name, rule, value, label } of this.#lines) {
      const at = y(lines[name])
      setAttributes(rule, { x1: margin.left, x2: right, y1: at, y2: at })
      setAttributes(value, { x: right + 8, y: at + 1 })
      setAttributes(label, { x: right + 8, y: at + 14 })
      setText(value, `${centsPerKilowattHour(lines[name])} ${words.price.unit}`)
    }
    this.#drawTicks(y.ticks(4), y)
    this.#drawPrices({ x, y, window, vwaps })
    this.#drawNow({ page, x, bottom })
    this.#slots.draw({ page, window, x, right, bottom, left: margin.left })
  }

  #drawTicks(ticks: readonly number[], y: (price: number) => number): void {
    while (this.#ticks.childElementCount < ticks.length) this.#ticks.append(svg('text', { x: margin.left - 8 }))
    ;[...this.#ticks.children].forEach((tick, i) => {
      const price = ticks[i]
      setText(tick, price === undefined ? '' : String(Math.round(price / 10)))
      if (price !== undefined) setAttributes(tick, { y: y(price) + 4 })
    })
  }

  #drawPrices(scene: {
    readonly x: (slot: number) => number
    readonly y: (price: number) => number
    readonly window: SlotWindow
    readonly vwaps: readonly StreetSlot[]
  }): void {
    const { x, y } = scene
    const page = this.#page as Page
    const range = sharedRange(page.street.rules as NonNullable<Page['street']['rules']>)
    const step = x(1) - x(0)
    const dots = this.#dots.map(() => path())
    for (const { trade } of page.street.tape) {
      if (!inWindow(trade.slot, scene.window)) continue
      // Trades of one slot are spread over its width in the order of their numbers, so that they do not hide each other.
      const inSlot = 0.2 + 0.6 * ((Number(trade.id.split('.')[1]) * 0.618) % 1)
      const at = { x: x(trade.slot + inSlot), y: y(trade.priceEurPerMWh) }
      const pen = dots[priceStep(trade.priceEurPerMWh, range)]
      pen?.moveTo(at.x + 1.8, at.y)
      pen?.arc(at.x, at.y, 1.8, 0, 2 * Math.PI)
    }
    dots.forEach((pen, i) => {
      setAttributes(this.#dots[i] as SVGPathElement, { d: pen.toString() })
    })
    const levels = [...scene.vwaps].sort((a, b) => a.slot - b.slot)
    const flat = line()
    const drawn = levels.map((slot) => {
      const at = y(averagePrice(slot))
      return flat([
        [x(slot.slot) + step * 0.1, at],
        [x(slot.slot + 1) - step * 0.1, at],
      ])
    })
    setAttributes(this.#vwap, { d: drawn.join('') })
  }

  #drawNow(scene: { readonly page: Page; readonly x: (slot: number) => number; readonly bottom: number }): void {
    const { page, x, bottom } = scene
    const at = x(page.clockMs / (page.slotMinutes * 60_000))
    setAttributes(this.#now, { x1: at, x2: at, y1: margin.top - 4, y2: bottom + 20 })
    setAttributes(this.#nowName, { x: at + 4, y: margin.top + 4 })
    this.#selected.style.visibility = page.slot === null ? 'hidden' : 'visible'
    if (page.slot === null) return
    setAttributes(this.#selected, {
      x: x(page.slot) - 1,
      width: x(page.slot + 1) - x(page.slot) + 2,
      y: margin.top - 6,
      height: bottom + 24 - margin.top + 6,
    })
  }
}

/** What the bars and the dots of the chart are. */
function priceKeys(): HTMLElement[] {
  const bar = svg('path', { class: 'vwap', d: 'M2 6H12' })
  const dot = svg('circle', { class: 'key-dot', cx: 6, cy: 6, r: 2 })
  return [
    element('span', { class: 'slot-key' }, svg('svg', { width: 14, height: 12 }, bar), words.price.average),
    element('span', { class: 'slot-key' }, svg('svg', { width: 12, height: 12 }, dot), words.price.trades),
  ]
}

function averagePrice(slot: StreetSlot): number {
  return slot.tradedMicroEur / slot.tradedWh
}

function inWindow(slot: number, window: SlotWindow): boolean {
  return slot >= window.first && slot < window.first + window.length
}

function box(left: number, right: number, top: number, bottom: number) {
  return { x: left, width: Math.max(0, right - left), y: top, height: Math.max(0, bottom - top) }
}
