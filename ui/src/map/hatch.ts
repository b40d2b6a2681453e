const patterns = new Map<string, CanvasPattern>()

/** The distance of two lines of hatching, px. */
const EVERY = 6

/** A colour as lines at a slant. */
export function hatch(pen: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const known = patterns.get(colour)
  if (known !== undefined) return known
  const tile = document.createElement('canvas')
  tile.width = EVERY
  tile.height = EVERY
  const lines = tile.getContext('2d')
  if (lines === null) return colour
  lines.strokeStyle = colour
  lines.lineWidth = 1.4
  lines.beginPath()
  for (const shift of [-EVERY, 0, EVERY]) {
    lines.moveTo(shift - 1, EVERY + 1)
    lines.lineTo(shift + EVERY + 1, -1)
  }
  lines.stroke()
  const pattern = pen.createPattern(tile, 'repeat')
  if (pattern === null) return colour
  patterns.set(colour, pattern)
  return pattern
}
