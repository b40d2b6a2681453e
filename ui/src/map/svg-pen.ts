import { svg } from '../dom.ts'
import type { HomesPen } from './homes-layer.ts'
import { PathText } from './path-text.ts'
import type { Stroke } from './stroke.ts'

/** Draws into SVG what the canvas layers draw: each path filled or stroked becomes an element. */
export class SvgPen implements HomesPen {
  fillStyle: HomesPen['fillStyle'] = 'none'
  strokeStyle: HomesPen['strokeStyle'] = 'none'
  lineWidth = 1
  readonly #root: SVGElement
  /** how a colour is hatched: what `fill` or `stroke` is to say */
  readonly #hatch: (colour: string) => string
  #path = new PathText()

  constructor(root: SVGElement, hatch: (colour: string) => string) {
    this.#root = root
    this.#hatch = hatch
  }

  beginPath(): void {
    this.#path = new PathText()
  }

  moveTo(x: number, y: number): void {
    this.#path.moveTo(round(x), round(y))
  }

  lineTo(x: number, y: number): void {
    this.#path.lineTo(round(x), round(y))
  }

  arc(x: number, y: number, radius: number, start: number, end: number): void {
    this.#path.arc(round(x), round(y), round(radius), start, end)
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path.rect(round(x), round(y), round(width), round(height))
  }

  quadraticCurveTo(bendX: number, bendY: number, x: number, y: number): void {
    this.#path.quadraticCurveTo(round(bendX), round(bendY), round(x), round(y))
  }

  fill(): void {
    this.#add({ fill: String(this.fillStyle) })
  }

  stroke(): void {
    this.#add({ fill: 'none', stroke: String(this.strokeStyle), 'stroke-width': this.lineWidth })
  }

  draw(strokes: readonly Stroke[]): void {
    for (const { trace, colour, width, dash, cap = 'round', hatched } of strokes) {
      this.beginPath()
      trace(this)
      if (width === null) {
        this.#add({ fill: colour })
        continue
      }
      this.#add({
        fill: 'none',
        stroke: hatched ? this.#hatch(colour) : colour,
        'stroke-width': round(width),
        'stroke-linecap': cap,
        'stroke-linejoin': 'round',
        ...(dash === undefined ? {} : { 'stroke-dasharray': dash.map(round).join(' ') }),
      })
    }
  }

  #add(attributes: Readonly<Record<string, string | number>>): void {
    const d = this.#path.toString()
    if (d !== '') this.#root.append(svg('path', { d, ...attributes }))
  }
}

/** A tenth of a px is finer than anybody sees, and half the file. */
const round = (value: number): number => Math.round(value * 10) / 10
