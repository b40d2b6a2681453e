import { element, setText, svg } from '../dom.ts'
import { centsPerKilowattHour } from '../format.ts'
import type { SlotChooser } from '../market/market-view.ts'
import type { TradeOpener } from '../market/tape.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { PriceChart } from './price-chart.ts'
import { PriceReadout } from './price-readout.ts'
import { focusAt, NARROW, type PriceFocus, type PriceScene, priceScene } from './price-scene.ts'
import { SlotRow } from './slot-row.ts'

/** How many slots the chart can show. */
const zooms = [16, 32, 64, 128] as const

/** The price of every slot between the two tariffs, over the row of slots with their states. */
export class PriceView {
  readonly #chart = new PriceChart()
  readonly #readout = new PriceReadout()
  readonly #slots: SlotRow
  readonly #waiting = element('p', { class: 'price-waiting' }, words.price.waiting)
  readonly #closer = element('button', { type: 'button', 'aria-label': words.price.closer }, '+')
  readonly #wider = element('button', { type: 'button', 'aria-label': words.price.wider }, '−')
  readonly #why = element('button', { type: 'button', class: 'price-why', 'data-testid': 'price-why' })
  #zoom: number | null = null
  #focus: PriceFocus | null = null
  #size = { width: 0, height: 0 }
  #page: Page | null = null
  #scene: PriceScene | null = null

  constructor(root: HTMLElement, chooser: SlotChooser & Pick<TradeOpener, 'onStory'>) {
    this.#why.addEventListener('click', () => chooser.onStory(this.#why.dataset.trade ?? ''))
    this.#slots = new SlotRow(chooser)
    const box = element('div', { class: 'price-box' }, this.#chart.root, this.#slots.root, this.#waiting)
    root.setAttribute('aria-label', words.price.heading)
    root.append(
      element(
        'header',
        { class: 'price-head' },
        element('h2', {}, words.price.heading),
        this.#why,
        element('p', { class: 'price-legend' }, ...legend()),
        element('div', { class: 'price-zoom' }, this.#wider, this.#closer),
      ),
      this.#readout.root,
      box,
    )
    this.#closer.addEventListener('click', () => this.#zoomBy(-1))
    this.#wider.addEventListener('click', () => this.#zoomBy(1))
    this.#followPointer(box, chooser)
    new ResizeObserver(() => {
      this.#size = { width: box.clientWidth, height: box.clientHeight }
      this.#redraw()
    }).observe(box)
  }

  draw(page: Page): void {
    this.#page = page
    const { rules } = page.picture
    const slots = zooms[this.#level] as number
    const scene = priceScene({ page, ...this.#size, slots, focus: this.#focus })
    this.#scene = scene
    this.#waiting.hidden = rules !== null
    this.#slots.root.hidden = scene === null
    this.#chart.root.style.visibility = scene === null ? 'hidden' : 'visible'
    this.#closer.disabled = this.#level === 0
    this.#wider.disabled = this.#level === zooms.length - 1
    this.#readout.draw(page, this.#focus?.slot ?? page.slot)
    this.#drawWhy(page)
    if (scene === null) return
    this.#chart.draw(scene, this.#size)
    this.#slots.draw(scene)
  }

  /** Who has chosen a slot is offered why its last trade has its price. */
  #drawWhy({ picture, slot, following, about }: Page): void {
    const last = following || about?.books === 'not-kept' ? undefined : picture.tape.findLast((of) => of.slot === slot)
    this.#why.hidden = last === undefined
    if (last === undefined) return
    this.#why.dataset.trade = last.id
    setText(this.#why, words.price.why(centsPerKilowattHour(last.priceEurPerMWh)))
  }

  /** As the viewer has chosen, else what suits the width. */
  get #level(): number {
    return this.#zoom ?? (this.#size.width < NARROW ? 1 : 2)
  }

  #zoomBy(by: 1 | -1): void {
    this.#zoom = Math.min(zooms.length - 1, Math.max(0, this.#level + by))
    this.#redraw()
  }

  #followPointer(box: HTMLElement, chooser: SlotChooser): void {
    const pointAt = (focus: PriceFocus | null) => {
      this.#focus = focus
      this.#redraw()
    }
    const under = ({ clientX, clientY }: MouseEvent) => {
      const { left, top } = box.getBoundingClientRect()
      return this.#scene === null ? null : focusAt(this.#scene, { x: clientX - left, y: clientY - top })
    }
    box.addEventListener('pointermove', (event) => pointAt(under(event)))
    box.addEventListener('pointerleave', () => pointAt(null))
    this.#chart.root.addEventListener('click', (event) => {
      const slot = under(event)?.slot
      if (slot !== undefined && this.#page?.picture.slots.has(slot)) chooser.onSlot(slot)
    })
  }

  #redraw(): void {
    if (this.#page !== null) this.draw(this.#page)
  }
}

/** What the marks of the chart are. */
function legend(): HTMLElement[] {
  const key = (name: string, ...marks: readonly SVGElement[]) =>
    element(
      'span',
      { class: 'price-key' },
      svg('svg', { width: 16, height: 14, 'aria-hidden': 'true' }, ...marks),
      name,
    )
  const candle = (name: string) => [
    svg('path', { class: 'candle candle-wick', d: 'M8 1V4M8 10V13' }),
    svg('path', { class: `candle ${name}`, d: 'M5 4h6V10h-6Z' }),
  ]
  return [
    key(words.price.risen, ...candle('candle-risen')),
    key(words.price.fallen, ...candle('candle-fallen')),
    key(words.price.average, svg('path', { class: 'vwap', d: 'M1 9L8 5L15 8' })),
  ]
}
