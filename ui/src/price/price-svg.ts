import { setAttributes, svg } from '../dom.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { PriceChart } from './price-chart.ts'
import { priceScene } from './price-scene.ts'

/** What a mark's looks are made of; each is an attribute of SVG as well. */
const painted = [
  ...[
    'fill',
    'stroke',
    'stroke-opacity',
    'stroke-width',
    'stroke-dasharray',
    'stroke-linejoin',
    'paint-order',
    'opacity',
  ],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor'],
]

/**
 * The chart of prices as a file of its own in the colours of the present theme: SVG without a style sheet. Sizes in px.
 * Null while the market has no rules.
 */
export function priceSvg(
  page: Page,
  options: { readonly width?: number; readonly height?: number } = {},
): string | null {
  const { width = 1200, height = 480 } = options
  const scene = priceScene({ page, width, height, slots: 64, focus: null })
  if (scene === null) return null
  const chart = new PriceChart()
  const { root } = chart
  root.classList.add('price-export')
  // Only what is in the document has a computed style.
  document.body.append(root)
  try {
    chart.draw(scene, { width, height })
    for (const mark of root.querySelectorAll<SVGElement>('*')) {
      const style = getComputedStyle(mark)
      if (style.visibility === 'hidden') mark.remove()
      else for (const name of painted) setAttributes(mark, paint(name, style.getPropertyValue(name)))
    }
    const fill = getComputedStyle(document.body).backgroundColor
    for (const mark of [root, ...root.querySelectorAll('*')]) for (const name of own) mark.removeAttribute(name)
    root.prepend(
      svg('title', {}, `${page.picture.neighbourhood}: ${words.price.heading}`),
      svg('rect', { width, height, fill }),
    )
    return new XMLSerializer().serializeToString(root)
  } finally {
    root.remove()
  }
}

/** Many programs that read SVG know no colours with an alpha: what a colour lets through is told beside it. */
function paint(name: string, value: string): Readonly<Record<string, string>> {
  const [, red, green, blue, alpha] = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(value) ?? []
  return alpha === undefined
    ? { [name]: value }
    : { [name]: `rgb(${red}, ${green}, ${blue})`, [`${name}-opacity`]: alpha }
}

/** Attributes that mean something on the page alone. */
const own = ['class', 'style', 'aria-hidden', 'data-phase']
