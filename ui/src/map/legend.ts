import { path } from 'd3'
import { element, setText, svg } from '../dom.ts'
import { centsPerKilowattHour } from '../format.ts'
import { words } from '../words.ts'
import { disc, house, type Pen, type Spot, sun } from './glyphs.ts'
import { PRICE_STEPS, type PriceRange } from './price-colours.ts'

/** Says what shapes and colours mean. */
export function createLegend(): {
  readonly root: HTMLElement
  readonly draw: (scene: { readonly range: PriceRange | null; readonly colours: readonly string[] }) => void
} {
  const low = element('span', { class: 'number' })
  const high = element('span', { class: 'number' })
  const steps = Array.from({ length: PRICE_STEPS }, (_, i) =>
    svg('rect', { x: i * 9, y: 0, width: 9, height: 8, rx: 1 }),
  )
  const ramp = svg('svg', { width: PRICE_STEPS * 9, height: 8, 'aria-hidden': 'true' }, ...steps)
  const prices = element('span', { class: 'legend-item' }, words.map.legendPrice, low, ramp, high, words.price.unit)
  const trade = svg(
    'svg',
    { width: 30, height: 14, 'aria-hidden': 'true', class: 'legend-trade' },
    svg('path', { d: 'M3 12Q12 3 25 7' }),
    svg('circle', { cx: 25, cy: 7, r: 3.5 }),
  )
  const root = element(
    'div',
    { class: 'legend' },
    item(glyph('give', sun), words.homeState.gives),
    item(glyph('take', disc), words.homeState.takes),
    item(glyph('idle', house), words.homeState.idle),
    element('span', { class: 'legend-item legend-quiet' }, words.map.legendPower),
    item(trade, words.map.legendTrade),
    prices,
  )
  return {
    root,
    draw({ range, colours }) {
      prices.hidden = range === null
      steps.forEach((step, i) => {
        step.setAttribute('fill', colours[i] ?? 'none')
      })
      setText(low, range === null ? '' : centsPerKilowattHour(range.floor))
      setText(high, range === null ? '' : centsPerKilowattHour(range.ceiling))
    },
  }
}

function item(mark: Node, text: string): HTMLElement {
  return element('span', { class: 'legend-item' }, mark, text)
}

function glyph(name: string, shape: (pen: Pen, spot: Spot) => void): SVGElement {
  const pen = path()
  shape(pen, { x: 8, y: 8, r: 6.5 })
  const drawn = svg('path', { d: pen.toString() })
  return svg('svg', { width: 16, height: 16, class: `glyph glyph-${name}`, 'aria-hidden': 'true' }, drawn)
}
