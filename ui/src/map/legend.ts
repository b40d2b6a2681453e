import { element, setAttributes, setText, svg } from '../dom.ts'
import { centsPerKilowattHour, fixed } from '../format.ts'
import { words } from '../words/words.ts'
import { disc, house, type Pen, stored, sun } from './glyphs.ts'
import { PathText } from './path-text.ts'
import type { PowerScale } from './power-scale.ts'
import { PRICE_STEPS, type PriceRange } from './price-colours.ts'

/** The circle that shows the scale is at most so large, px. */
const CIRCLE_MAX = 9

/** What a legend is drawn from. */
export interface LegendScene {
  readonly range: PriceRange | null
  readonly colours: readonly string[]
  readonly scale: PowerScale | null
  readonly hasBatteries: boolean
  readonly hasLimits: boolean
}

/** Says what shapes, colours and lines mean, and how large a power is. */
export function createLegend(): { readonly root: HTMLElement; readonly draw: (scene: LegendScene) => void } {
  const low = element('span', { class: 'number' })
  const high = element('span', { class: 'number' })
  const steps = Array.from({ length: PRICE_STEPS }, (_, i) =>
    svg('rect', { x: i * 7, y: 0, width: 7, height: 8, rx: 1 }),
  )
  const ramp = svg('svg', { width: PRICE_STEPS * 7, height: 8, 'aria-hidden': 'true' }, ...steps)
  const prices = element('span', { class: 'legend-item' }, words.map.legendPrice, low, ramp, high, words.price.unit)
  const trade = svg(
    'svg',
    { width: 30, height: 14, 'aria-hidden': 'true', class: 'legend-trade' },
    svg('path', { d: 'M3 12Q12 3 25 7' }),
    svg('circle', { cx: 25, cy: 7, r: 3.5 }),
  )
  const circle = svg('circle', { cx: 10, cy: 10, r: 5 })
  const power = element('span')
  const scale = item(svg('svg', { width: 20, height: 20, class: 'legend-scale', 'aria-hidden': 'true' }, circle), power)
  const battery = item(storedGlyph(), words.map.legendStored)
  const limit = item(
    svg(
      'svg',
      { width: 30, height: 14, 'aria-hidden': 'true', class: 'legend-limit' },
      svg('path', { class: 'legend-hatch', d: hatching() }),
      svg('path', { class: 'legend-dash', d: 'M1 7H29' }),
    ),
    words.map.legendLimit,
  )
  const root = element(
    'div',
    { class: 'legend' },
    item(glyph('give', sun), words.homeState.gives),
    item(glyph('take', disc), words.homeState.takes),
    item(glyph('idle', house), words.homeState.idle),
    battery,
    scale,
    limit,
    item(trade, words.map.legendTrade),
    prices,
  )
  return {
    root,
    draw({ range, colours, scale: powers, hasBatteries, hasLimits }) {
      prices.hidden = range === null
      steps.forEach((step, i) => {
        setAttributes(step, { fill: colours[i] ?? 'none' })
      })
      setText(low, range === null ? '' : centsPerKilowattHour(range.floor))
      setText(high, range === null ? '' : centsPerKilowattHour(range.ceiling))
      battery.hidden = !hasBatteries
      limit.hidden = !hasLimits
      const told = powers === null ? null : toldPower(powers)
      scale.hidden = told === null
      if (told === null || powers === null) return
      setAttributes(circle, { r: powers.radius(told).toFixed(1) })
      setText(power, `${told < 1000 ? `${told} W` : `${fixed(told / 1000, 0)} kW`}`)
    },
  }
}

/** The largest round power whose circle fits into the legend, W; null where even 100 W does not. */
function toldPower(scale: PowerScale): number | null {
  const round = [50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100]
  return round.find((powerW) => powerW <= scale.topW && scale.radius(powerW) <= CIRCLE_MAX) ?? null
}

function item(mark: Node, text: string | Node): HTMLElement {
  return element('span', { class: 'legend-item' }, mark, text)
}

function glyph(name: string, shape: (pen: Pen, x: number, y: number, r: number) => void): SVGElement {
  const pen = new PathText()
  shape(pen, 8, 8, 6.5)
  const drawn = svg('path', { d: pen.toString() })
  return svg('svg', { width: 16, height: 16, class: `glyph glyph-${name}`, 'aria-hidden': 'true' }, drawn)
}

function storedGlyph(): SVGElement {
  const made = glyph('idle', house)
  const pen = new PathText()
  stored(pen, 8, 8, { r: 6.5, share: 0.7 })
  made.append(svg('path', { d: pen.toString(), class: 'glyph-level' }))
  return made
}

function hatching(): string {
  return [1, 6, 11, 16, 21, 26].map((x) => `M${x} 13L${x + 4} 1`).join('')
}
