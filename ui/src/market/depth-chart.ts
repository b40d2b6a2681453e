import { element, setAttributes, setText, svg } from '../dom.ts'
import { centsPerKilowattHour, exactKilowattHours } from '../format.ts'
import { linearScale } from '../linear-scale.ts'
import type { Page } from '../page.ts'
import { tariffLines } from '../price/price-scale.ts'
import { words } from '../words/words.ts'
import { depthAt, depthDomain, depthPath } from './depth-scale.ts'
import type { Ladder, LadderSide } from './ladder.ts'

const HEIGHT = 84
const margin = { left: 8, right: 8, top: 4, bottom: 16 }

interface Drawn {
  readonly ladder: Ladder
  readonly domain: readonly [number, number]
}

/**
 * How much is wanted and offered up to each price. Points and arrow keys move a line over it, whose exact values stand
 * above: a slider for whoever does not see it.
 */
export class DepthChart {
  readonly root = element('div', { class: 'depth' })
  readonly #readout = element('p', { class: 'depth-readout', 'data-testid': 'depth-readout' })
  readonly #slider = element('div', {
    ...{ class: 'depth-box', role: 'slider', tabindex: '0', 'aria-label': words.market.depth },
    ...{ 'data-testid': 'depth' },
  })
  readonly #svg = svg('svg', { class: 'depth-chart', height: HEIGHT, 'aria-hidden': 'true' })
  readonly #shared = svg('rect', { class: 'band-shared' })
  readonly #bids = svg('path', { class: 'depth-bids' })
  readonly #asks = svg('path', { class: 'depth-asks' })
  readonly #base = svg('line', { class: 'depth-base' })
  readonly #cross = svg('line', { class: 'crosshair' })
  readonly #ticks = svg('g', { class: 'depth-ticks' })
  #width = 0
  #priceEurPerMWh: number | null = null
  #page: Page | null = null
  #drawn: Drawn | null = null

  constructor() {
    this.#svg.append(this.#shared, this.#bids, this.#asks, this.#base, this.#ticks, this.#cross)
    this.#slider.append(this.#svg)
    this.root.append(this.#readout, this.#slider)
    this.#slider.addEventListener('pointermove', ({ clientX }) => {
      const { left } = this.#slider.getBoundingClientRect()
      this.#pointAt(this.#priceUnder(clientX - left))
    })
    this.#slider.addEventListener('pointerleave', () => this.#pointAt(null))
    this.#slider.addEventListener('blur', () => this.#pointAt(null))
    this.#slider.addEventListener('keydown', (event) => {
      const next = this.#next(event.key)
      if (next === null) return
      event.preventDefault()
      this.#pointAt(next)
    })
    new ResizeObserver(() => {
      this.#width = this.#slider.clientWidth
      if (this.#page !== null && this.#drawn !== null) this.draw(this.#page, this.#drawn.ladder)
    }).observe(this.#slider)
  }

  /** `ladder` with all its levels; null: nobody knows the book, and there is nothing to show. */
  draw(page: Page, ladder: Ladder | null): void {
    this.#page = page
    const { rules } = page.picture
    this.root.hidden = rules === null || ladder === null
    if (rules === null || ladder === null) return
    const lines = tariffLines(rules)
    const domain = depthDomain(ladder, lines)
    this.#drawn = { ladder, domain }
    if (this.#width === 0) return
    const [left, right] = [margin.left, this.#width - margin.right]
    const bottom = HEIGHT - margin.bottom
    const x = linearScale(domain, [left, right], { beyond: 'clamped' })
    const y = linearScale([0, Math.max(1, ladder.deepestWh)], [bottom, margin.top])
    setAttributes(this.#svg, { width: this.#width, viewBox: `0 0 ${this.#width} ${HEIGHT}` })
    const [shareFrom, shareTo] = [x(lines.feedIn), x(lines.ceiling)]
    const shared = { x: shareFrom, width: Math.max(0, shareTo - shareFrom), y: margin.top, height: bottom - margin.top }
    setAttributes(this.#shared, shared)
    setAttributes(this.#bids, { d: depthPath(ladder.bids, { x, y, edge: left }) })
    setAttributes(this.#asks, { d: depthPath(ladder.asks, { x, y, edge: right }) })
    setAttributes(this.#base, { x1: left, x2: right, y1: bottom, y2: bottom })
    this.#drawTicks(x.ticks(5), x)
    this.#drawCross(x, bottom)
    this.#drawReadout()
  }

  #drawTicks(prices: readonly number[], x: (price: number) => number): void {
    while (this.#ticks.childElementCount < prices.length) this.#ticks.append(svg('text', { y: HEIGHT - 4 }))
    while (this.#ticks.childElementCount > prices.length) this.#ticks.lastElementChild?.remove()
    ;[...this.#ticks.children].forEach((tick, i) => {
      const price = prices[i] as number
      setAttributes(tick, { x: x(price).toFixed(1) })
      const cents = String(Math.round(price / 10)).replace('-', '−')
      setText(tick, i === prices.length - 1 ? `${cents} ${words.market.price}` : cents)
    })
  }

  #drawCross(x: (price: number) => number, bottom: number): void {
    const price = this.#priceEurPerMWh
    this.#cross.style.visibility = price === null ? 'hidden' : 'inherit'
    if (price === null) return
    setAttributes(this.#cross, { x1: x(price), x2: x(price), y1: margin.top, y2: bottom })
  }

  #drawReadout(): void {
    if (this.#drawn === null) return
    const { ladder, domain } = this.#drawn
    const price = this.#priceEurPerMWh
    const deepest = (side: LadderSide) => side.levels.at(-1)?.depthWh ?? 0
    const wantedWh =
      price === null ? deepest(ladder.bids) : depthAt(ladder.bids, { priceEurPerMWh: price, side: 'bid' })
    const offeredWh =
      price === null ? deepest(ladder.asks) : depthAt(ladder.asks, { priceEurPerMWh: price, side: 'ask' })
    const [wanted, offered] = [exactKilowattHours(wantedWh), exactKilowattHours(offeredWh)]
    const text =
      price === null
        ? words.market.depthInAll(wanted, offered)
        : words.market.depthAt(centsPerKilowattHour(price), wanted, offered)
    setText(this.#readout, text)
    setAttributes(this.#slider, {
      'aria-valuemin': Math.round(domain[0]) / 10,
      'aria-valuemax': Math.round(domain[1]) / 10,
      'aria-valuenow': (price ?? this.#middle()) / 10,
      'aria-valuetext': text,
    })
  }

  #pointAt(price: number | null): void {
    this.#priceEurPerMWh = price
    if (this.#page !== null && this.#drawn !== null) this.draw(this.#page, this.#drawn.ladder)
  }

  #priceUnder(at: number): number | null {
    if (this.#drawn === null) return null
    const [low, high] = this.#drawn.domain
    const share = (at - margin.left) / (this.#width - margin.left - margin.right)
    return Math.round(low + (high - low) * Math.min(1, Math.max(0, share)))
  }

  #next(key: string): number | null {
    if (this.#drawn === null) return null
    const [low, high] = this.#drawn.domain.map(Math.round) as [number, number]
    const at = this.#priceEurPerMWh ?? this.#middle()
    const inside = (price: number) => Math.min(high, Math.max(low, price))
    switch (key) {
      case 'ArrowLeft':
      case 'ArrowDown':
        return inside(at - 1)
      case 'ArrowRight':
      case 'ArrowUp':
        return inside(at + 1)
      case 'PageDown':
        return inside(at - 10)
      case 'PageUp':
        return inside(at + 10)
      case 'Home':
        return low
      case 'End':
        return high
      default:
        return null
    }
  }

  /** Between the best prices of both sides; of an empty book, of what is shown. */
  #middle(): number {
    if (this.#drawn === null) return 0
    const { ladder, domain } = this.#drawn
    const best = [ladder.bids.levels[0], ladder.asks.levels[0]].filter((level) => level !== undefined)
    const prices = best.length === 0 ? domain : best.map(({ priceEurPerMWh }) => priceEurPerMWh)
    return Math.round(prices.reduce((sum, price) => sum + price, 0) / prices.length)
  }
}
