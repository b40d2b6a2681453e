import type { Palette } from '../palette.ts'
import { disc, type Pen } from './glyphs.ts'
import type { Point } from './point.ts'
import type { Stroke } from './stroke.ts'

/** Where the symbols stand, and what the transformer carries. Px on the screen. */
export interface GridSymbols {
  readonly supplier: Point
  readonly transformer: Point
  readonly direction: 'across' | 'down'
  /** + from the supplier, W */
  readonly netW: number
  /** how full the transformer is, 1 at its limit; null: nobody says */
  readonly loading: number | null
}

/** The grid beyond as a pylon, the transformer as its two windings in a gauge of how full it is, the way of the balance. */
export function gridSymbols(symbols: GridSymbols, palette: Palette): Stroke[] {
  const { supplier, transformer, netW, loading } = symbols
  const windings = (pen: Pen) => {
    const [dx, dy] = symbols.direction === 'across' ? [5, 0] : [0, 5]
    for (const sign of [-1, 1]) disc(pen, transformer.x + sign * dx, transformer.y + sign * dy, 8.5)
  }
  const ring = (pen: Pen) => disc(pen, transformer.x, transformer.y, GAUGE_R)
  const mast = (pen: Pen) => disc(pen, supplier.x, supplier.y, 20)
  const colour = netW > 0 ? palette.take : palette.give
  const over = loading !== null && loading > 1
  const supply = (pen: Pen) => {
    pen.moveTo(supplier.x, supplier.y)
    pen.lineTo(transformer.x, transformer.y)
  }
  const strokes: Stroke[] = []
  if (over) strokes.push({ trace: ring, colour: palette.warn, width: 20, hatched: true })
  if (netW !== 0) {
    strokes.push({ trace: supply, colour, width: 7 })
    strokes.push({ trace: heading(symbols), colour: palette.surface, width: 2 })
  }
  strokes.push({ trace: ring, colour: palette.ground, width: null })
  strokes.push({ trace: ring, colour: palette.road, width: 5 })
  if (loading !== null && loading > 0) {
    const gauge = (pen: Pen) => {
      const end = -Math.PI / 2 + 2 * Math.PI * Math.min(1, loading)
      pen.moveTo(transformer.x, transformer.y - GAUGE_R)
      pen.arc(transformer.x, transformer.y, GAUGE_R, -Math.PI / 2, end)
    }
    const full = loading > 0.8 ? palette.warn : colour
    strokes.push({ trace: gauge, colour: full, width: 5, ...(over ? { dash: [7, 4], cap: 'butt' as const } : {}) })
  }
  strokes.push({ trace: windings, colour: palette.ink, width: 2.25 })
  strokes.push({ trace: mast, colour: palette.ground, width: null })
  strokes.push({ trace: mast, colour: palette.ink, width: 2.5 })
  strokes.push({ trace: pylon(supplier), colour: palette.ink, width: 1.75 })
  return strokes
}

/** The radius of the transformer's gauge, px. */
const GAUGE_R = 21

/** Three chevrons on the wire to the supplier: which way the street's balance goes. */
function heading({ supplier, transformer, netW }: GridSymbols): (pen: Pen) => void {
  const size = Math.hypot(transformer.x - supplier.x, transformer.y - supplier.y)
  const sign = netW > 0 ? 1 : -1
  const [ux, uy] = [((transformer.x - supplier.x) / size) * sign, ((transformer.y - supplier.y) / size) * sign]
  const [mx, my] = [(supplier.x + transformer.x) / 2, (supplier.y + transformer.y) / 2]
  return (pen) => {
    for (const shift of [-9, 0, 9]) {
      const [x, y] = [mx + ux * (shift + 2), my + uy * (shift + 2)]
      pen.moveTo(x - ux * 4 - uy * 4, y - uy * 4 + ux * 4)
      pen.lineTo(x, y)
      pen.lineTo(x - ux * 4 + uy * 4, y - uy * 4 - ux * 4)
    }
  }
}

function pylon({ x, y }: Point): (pen: Pen) => void {
  return (pen) => {
    pen.moveTo(x - 6, y + 11)
    pen.lineTo(x, y - 12)
    pen.lineTo(x + 6, y + 11)
    pen.moveTo(x - 9, y - 4)
    pen.lineTo(x + 9, y - 4)
    pen.moveTo(x - 7, y + 3)
    pen.lineTo(x + 7, y + 3)
  }
}
