import { line, scaleLinear } from 'd3'
import { setAttributes, svg } from '../dom.ts'

const POINTS_MAX = 48
/** Fewer are a scratch, not a shape. */
const POINTS_MIN = 6
const size = { width: 72, height: 20 }

/** A figure's way so far: one point a slot, the last `POINTS_MAX` of them. Without axes: the shape is the message. */
export class Sparkline {
  readonly #path = svg('path', { fill: 'none' })
  readonly root = svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${size.width} ${size.height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    this.#path,
  )
  #points: number[] = []
  #slot = -1

  /** Notes the value at a slot: the last one said in it stays. Points before a jump in time are dropped. */
  note(value: number | null, slot: number): void {
    if (value === null) return
    if (slot < this.#slot) this.#points = []
    if (slot === this.#slot) this.#points.pop()
    this.#points.push(value)
    if (this.#points.length > POINTS_MAX) this.#points.shift()
    this.#slot = slot
    this.#draw()
  }

  #draw(): void {
    if (this.#points.length < POINTS_MIN) {
      setAttributes(this.#path, { d: '' })
      return
    }
    const low = Math.min(...this.#points)
    const high = Math.max(...this.#points)
    const x = scaleLinear([0, POINTS_MAX - 1], [1, size.width - 1])
    const y = scaleLinear(low === high ? [low - 1, high + 1] : [low, high], [size.height - 2, 2])
    const drawn = line<number>(
      (_, i) => x(POINTS_MAX - this.#points.length + i),
      (value) => y(value),
    )(this.#points)
    setAttributes(this.#path, { d: drawn ?? '' })
  }
}
