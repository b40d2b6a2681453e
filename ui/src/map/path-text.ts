import type { Pen } from './glyphs.ts'

/** A pen whose strokes become the `d` of an SVG path. Angles clockwise from the right, as a canvas has them. */
export class PathText implements Pen {
  #text = ''

  moveTo(x: number, y: number): void {
    this.#text += `M${x},${y}`
  }

  lineTo(x: number, y: number): void {
    this.#text += `L${x},${y}`
  }

  /** From where the pen is a straight line to its start; all of a circle is two halves. */
  arc(x: number, y: number, radius: number, start: number, end: number): void {
    const at = (angle: number) => `${places(x + radius * Math.cos(angle))},${places(y + radius * Math.sin(angle))}`
    const sweep = Math.min(2 * Math.PI, end - start)
    const halves = sweep > Math.PI ? [start + sweep / 2, start + sweep] : [start + sweep]
    this.#text += `${this.#text === '' ? 'M' : 'L'}${at(start)}`
    for (const angle of halves) this.#text += `A${radius},${radius},0,0,1,${at(angle)}`
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#text += `M${x},${y}h${width}v${height}h${-width}Z`
  }

  quadraticCurveTo(bendX: number, bendY: number, x: number, y: number): void {
    this.#text += `Q${bendX},${bendY},${x},${y}`
  }

  toString(): string {
    return this.#text
  }
}

const places = (value: number): number => Math.round(value * 1_000) / 1_000
