import { hatch } from './hatch.ts'
import type { Box } from './point.ts'
import type { Stroke } from './stroke.ts'
import type { View } from './view.ts'

/** A canvas layer that is as sharp as the screen; drawn in CSS px. */
export class Layer {
  readonly canvas = document.createElement('canvas')
  readonly pen: CanvasRenderingContext2D
  #box: Box = { width: 0, height: 0 }
  #ratio = 1

  constructor() {
    const pen = this.canvas.getContext('2d')
    if (pen === null) throw new Error('this browser draws no 2d canvas')
    this.pen = pen
    this.canvas.className = 'map-layer'
    this.canvas.setAttribute('aria-hidden', 'true')
  }

  resize(box: Box): void {
    this.#ratio = Math.min(3, devicePixelRatio)
    this.#box = box
    this.canvas.width = Math.round(box.width * this.#ratio)
    this.canvas.height = Math.round(box.height * this.#ratio)
    this.pen.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0)
    this.pen.lineJoin = 'round'
  }

  clear(): void {
    this.pen.clearRect(0, 0, this.#box.width, this.#box.height)
  }

  /** Moves what is drawn from where one view has it to where another would; null: back to where it was drawn. */
  slide(views: { readonly from: View; readonly to: View } | null): void {
    const { style } = this.canvas
    if (views === null) {
      style.transform = ''
      return
    }
    const { from, to } = views
    const grown = to.k / from.k
    style.transform = `translate(${to.x - from.x * grown}px, ${to.y - from.y * grown}px) scale(${grown})`
  }

  /** Draws what is told in px of the layout, as it is seen. Widths stay what they are. */
  draw(strokes: readonly Stroke[], { k, x, y }: View): void {
    const { pen } = this
    const ratio = this.#ratio
    for (const { trace, colour, width, dash = [], cap = 'round', hatched } of strokes) {
      pen.setTransform(ratio * k, 0, 0, ratio * k, ratio * x, ratio * y)
      pen.beginPath()
      trace(pen)
      // Back on the screen before it is stroked: widths, dashes and hatching are px of the screen.
      pen.setTransform(ratio, 0, 0, ratio, 0, 0)
      if (width === null) {
        pen.fillStyle = colour
        pen.fill()
        continue
      }
      pen.strokeStyle = hatched ? hatch(pen, colour) : colour
      pen.lineWidth = width
      pen.lineCap = cap
      pen.setLineDash(dash as number[])
      pen.stroke()
    }
    pen.setLineDash([])
  }
}
