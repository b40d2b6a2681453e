import { setAttributes, svg } from '../dom.ts'
import { sparkPath } from './spark-path.ts'

const size = { width: 72, height: 20 }

/** A figure's way so far, without axes: the shape is the message. */
export class Sparkline {
  readonly #path = svg('path', { fill: 'none' })
  readonly root = svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${size.width} ${size.height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    this.#path,
  )

  draw(history: readonly (number | null)[]): void {
    setAttributes(this.#path, { d: sparkPath(history, size) })
  }
}
