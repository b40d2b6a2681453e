import { setAttributes, svg } from '../dom.ts'
import { count } from '../format.ts'
import { linearScale } from '../linear-scale.ts'
import { words } from '../words/words.ts'
import type { PricePoint } from './price-line.ts'

const HEIGHT = 140
const margin = { top: 10, right: 12, bottom: 20, left: 40 }

/** The prices of two runs over each other, by time since their start: one drawn through, one dashed. */
export class PriceLines {
  readonly root = svg('svg', {
    ...{ class: 'compare-prices', height: HEIGHT, role: 'img' },
    'aria-label': words.compare.prices,
  })
  readonly #ticks = svg('g', { class: 'compare-ticks' })
  readonly #lines = [0, 1].map((at) => svg('path', { class: `compare-line compare-line-${at}` }))
  readonly #now = svg('line', { class: 'compare-now', y1: margin.top, y2: HEIGHT - margin.bottom })

  constructor() {
    this.root.append(this.#ticks, ...this.#lines, this.#now)
  }

  draw(lines: readonly (readonly PricePoint[])[], sinceMs: number): void {
    const width = this.root.clientWidth
    if (width === 0) return
    const points = lines.flat()
    const times = points.map((point) => point.sinceMs)
    const prices = points.map(({ priceEurPerMWh }) => priceEurPerMWh)
    const x = linearScale(
      [Math.min(sinceMs, ...times), Math.max(sinceMs, ...times)],
      [margin.left, width - margin.right],
    )
    const y = linearScale(
      [Math.min(0, ...prices), Math.max(100, ...prices) * 1.06],
      [HEIGHT - margin.bottom, margin.top],
    )
    this.#ticks.replaceChildren(
      ...y
        .ticks(4)
        .map((price) =>
          svg(
            'g',
            { transform: `translate(0 ${y(price)})` },
            svg('line', { x1: margin.left, x2: width - margin.right }),
            svg('text', { x: margin.left - 6, y: 4, 'text-anchor': 'end' }, count(price / 10)),
          ),
        ),
      svg('text', { x: margin.left, y: HEIGHT - 4 }, `ct/kWh, ${words.compare.sinceStart}`),
    )
    this.#lines.forEach((path, at) => {
      const d = (lines[at] ?? []).map(
        (point, i) => `${i === 0 ? 'M' : 'L'}${x(point.sinceMs).toFixed(1)} ${y(point.priceEurPerMWh).toFixed(1)}`,
      )
      setAttributes(path, { d: d.join('') })
    })
    setAttributes(this.#now, { x1: x(sinceMs), x2: x(sinceMs) })
  }
}

/** "1 d 03:15" of a time since the start. */
export function sinceStart(sinceMs: number): string {
  const minutes = Math.floor(sinceMs / 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const days = Math.floor(minutes / 1_440)
  return `${days === 0 ? '' : `${days} d `}${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`
}
