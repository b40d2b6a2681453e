/** A canvas layer that is as sharp as the screen; drawn in CSS px. */
export class Layer {
  readonly canvas = document.createElement('canvas')
  readonly pen: CanvasRenderingContext2D
  #width = 0
  #height = 0

  constructor() {
    const pen = this.canvas.getContext('2d')
    if (pen === null) throw new Error('this browser draws no 2d canvas')
    this.pen = pen
    this.canvas.className = 'map-layer'
    this.canvas.setAttribute('aria-hidden', 'true')
  }

  resize(width: number, height: number): void {
    const ratio = Math.min(3, devicePixelRatio)
    this.#width = width
    this.#height = height
    this.canvas.width = Math.round(width * ratio)
    this.canvas.height = Math.round(height * ratio)
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  }

  clear(): void {
    this.pen.clearRect(0, 0, this.#width, this.#height)
  }
}
