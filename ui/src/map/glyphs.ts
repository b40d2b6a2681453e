/** Where a shape is drawn to: a canvas, a Path2D, or d3's `path()` for SVG. */
export interface Pen {
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  arc(x: number, y: number, radius: number, start: number, end: number): void
  closePath(): void
}

/** A glyph's middle and size, px. */
export interface Spot {
  readonly x: number
  readonly y: number
  readonly r: number
}

const RAYS = 12

/** What takes: a disc. */
export function disc(pen: Pen, { x, y, r }: Spot): void {
  pen.moveTo(x + r, y)
  pen.arc(x, y, r, 0, 2 * Math.PI)
  pen.closePath()
}

/** What gives: a sun with round rays. Small ones are diamonds, so that the shape still tells. Area as the disc's. */
export function sun(pen: Pen, { x, y, r }: Spot): void {
  const small = r < 5
  const corners = small ? 4 : r < 12 ? 48 : 96
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners - Math.PI / 2
    const reach = small ? r * 1.3 : r * (1 + 0.11 * Math.cos(RAYS * angle))
    const [px, py] = [x + reach * Math.cos(angle), y + reach * Math.sin(angle)]
    if (i === 0) pen.moveTo(px, py)
    else pen.lineTo(px, py)
  }
  pen.closePath()
}

/** A home: walls and a roof. */
export function house(pen: Pen, { x, y, r }: Spot): void {
  pen.moveTo(x, y - r)
  pen.lineTo(x + r, y - r * 0.12)
  pen.lineTo(x + r * 0.72, y - r * 0.12)
  pen.lineTo(x + r * 0.72, y + r * 0.84)
  pen.lineTo(x - r * 0.72, y + r * 0.84)
  pen.lineTo(x - r * 0.72, y - r * 0.12)
  pen.lineTo(x - r, y - r * 0.12)
  pen.closePath()
}
