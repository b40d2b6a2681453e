/**
 * Where a shape is drawn to: a canvas, a Path2D, or the text of an SVG path. Shapes are closed by being filled, or end
 * where they began: at each `closePath` a browser measures all of the path so far, which among 10,000 homes takes longer
 * than all the rest.
 */
export interface Pen {
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  arc(x: number, y: number, radius: number, start: number, end: number): void
  rect(x: number, y: number, width: number, height: number): void
  quadraticCurveTo(bendX: number, bendY: number, x: number, y: number): void
}

const RAYS = 12
/** Rays of larger suns, computed once: a corner's direction and how far it reaches. */
const coarse = rays(36)
const fine = rays(96)

/** What takes: a disc; a dot where it is too small to be round. `r` in px. */
export function disc(pen: Pen, x: number, y: number, r: number): void {
  if (r < 2.5) {
    pen.rect(x - r * 0.886, y - r * 0.886, r * 1.772, r * 1.772)
    return
  }
  pen.moveTo(x + r, y)
  pen.arc(x, y, r, 0, 2 * Math.PI)
}

/** What gives: a sun with round rays. Small ones are diamonds, so that the shape still tells. Area as the disc's. */
export function sun(pen: Pen, x: number, y: number, r: number): void {
  if (r < 5) {
    const reach = r * 1.3
    pen.moveTo(x, y - reach)
    pen.lineTo(x + reach, y)
    pen.lineTo(x, y + reach)
    pen.lineTo(x - reach, y)
    return
  }
  const corners = r < 11 ? coarse : fine
  for (let i = 0; i < corners.length; i += 2) {
    const px = x + r * (corners[i] as number)
    const py = y + r * (corners[i + 1] as number)
    if (i === 0) pen.moveTo(px, py)
    else pen.lineTo(px, py)
  }
}

/** A home: walls and a roof, round from the middle of the floor, where a line that is drawn meets itself unseen. */
export function house(pen: Pen, x: number, y: number, r: number): void {
  pen.moveTo(x, y + r * 0.84)
  pen.lineTo(x - r * 0.72, y + r * 0.84)
  pen.lineTo(x - r * 0.72, y - r * 0.12)
  pen.lineTo(x - r, y - r * 0.12)
  pen.lineTo(x, y - r)
  pen.lineTo(x + r, y - r * 0.12)
  pen.lineTo(x + r * 0.72, y - r * 0.12)
  pen.lineTo(x + r * 0.72, y + r * 0.84)
  pen.lineTo(x, y + r * 0.84)
}

/** What a home's battery holds (0 … 1): its rooms filled from the floor. */
export function stored(pen: Pen, x: number, y: number, of: { readonly r: number; readonly share: number }): void {
  const height = 0.8 * of.r * Math.max(0, Math.min(1, of.share))
  pen.rect(x - of.r * 0.56, y + of.r * 0.7 - height, of.r * 1.12, height)
}

function rays(corners: number): Float64Array {
  const reaches = new Float64Array(2 * corners)
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners - Math.PI / 2
    const reach = 1 + 0.11 * Math.cos(RAYS * angle)
    reaches[2 * i] = reach * Math.cos(angle)
    reaches[2 * i + 1] = reach * Math.sin(angle)
  }
  return reaches
}
