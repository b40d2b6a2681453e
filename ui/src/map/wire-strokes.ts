import type { Palette } from '../palette.ts'
import type { Pen } from './glyphs.ts'
import type { StreetLayout } from './layout.ts'
import { type Look, roadWidth } from './level.ts'
import { loading } from './loads.ts'
import type { Stroke } from './stroke.ts'

/** Wires in so many widths, so that all stretches of one width are one path. */
const WIDTHS = 6
/** A wire fuller than this is told apart from one with room. */
const NEARLY_FULL = 0.8
/** The least a whole width stands for where no limit is known, W. */
const WHOLE_WIDTH_W = 2_000

const tones = ['take', 'give', 'near', 'over'] as const
type Tone = (typeof tones)[number]

/** By node: how its stretch is drawn; 0 for one that carries nothing. */
export function wireClasses(options: {
  readonly layout: StreetLayout
  readonly loadsW: Float64Array
  readonly into: Uint8Array
}): boolean {
  const { loadsW, into } = options
  const { parent, ratedW } = options.layout.tree
  let largestW = WHOLE_WIDTH_W
  for (let node = 1; node < parent.length; node++) largestW = Math.max(largestW, Math.abs(loadsW[node] as number))
  let changed = false
  for (let node = 0; node < parent.length; node++) {
    const powerW = loadsW[node] as number
    const share = loading(powerW, ratedW[node] as number)
    const full = share ?? Math.abs(powerW) / largestW
    const width = Math.min(WIDTHS, Math.ceil(WIDTHS * Math.sqrt(full)))
    const tone: Tone =
      share !== null && share > 1 ? 'over' : share !== null && share > NEARLY_FULL ? 'near' : direction(powerW)
    const made = width === 0 ? 0 : 1 + tones.indexOf(tone) * WIDTHS + (width - 1)
    changed ||= made !== into[node]
    into[node] = made
  }
  return changed
}

/** The homes whose own service line carries more than it may. */
export function overServices({ tree }: StreetLayout, powersW: ArrayLike<number>): number[] {
  const over: number[] = []
  tree.serviceRatedW.forEach((ratedW, home) => {
    if ((loading(powersW[home] as number, ratedW) ?? 0) > 1) over.push(home)
  })
  return over
}

const direction = (powerW: number): Tone => (powerW < 0 ? 'give' : 'take')

/** What is in sight, and how it looks. */
export interface WireScene {
  readonly layout: StreetLayout
  readonly look: Look
  readonly palette: Palette
  readonly classes: Uint8Array
  readonly nodes: readonly number[]
  readonly homes: readonly number[]
  /** homes whose own service line is over its limit */
  readonly overServices: readonly number[]
}

/** Roads and bare wires. From afar only the wires that carry something show. */
export function groundStrokes({ layout, look, palette, nodes, homes }: WireScene): Stroke[] {
  const supply = (pen: Pen) => {
    pen.moveTo(layout.supplier.x, layout.supplier.y)
    pen.lineTo(layout.transformer.x, layout.transformer.y)
  }
  const strokes: Stroke[] = [{ trace: supply, colour: palette.cable, width: 1.25 }]
  if (look.level === 'feeders') return strokes
  strokes.push({ trace: (pen) => traceWays(pen, layout, nodes, 0), colour: palette.road, width: roadWidth(look) })
  strokes.push({ trace: (pen) => traceServices(pen, layout, homes), colour: palette.cable, width: 1.25 })
  return strokes
}

/** What the wires carry: wide where they are full; over the limit dashed on hatching. */
export function loadStrokes({ layout, look, palette, classes, nodes, overServices }: WireScene): Stroke[] {
  const nodesOf: number[][] = Array.from({ length: tones.length * WIDTHS + 1 }, () => [])
  for (const node of nodes) nodesOf[classes[node] as number]?.push(node)
  const unit = Math.max(0.22, Math.min(1.5, look.pitch / 60))
  // From afar a bend of less than this, px, is none.
  const coarse = look.level === 'feeders' ? 6 : 0
  const cap = look.level === 'feeders' ? 'butt' : 'round'
  const trace = (some: readonly number[]) => (pen: Pen) => traceWays(pen, layout, some, coarse)
  const colourOf = { take: palette.take, give: palette.give, near: palette.warn, over: palette.warn }
  const strokes: Stroke[] = []
  const bare = nodesOf[0] as number[]
  if (bare.length > 0) strokes.push({ trace: trace(bare), colour: palette.cable, width: Math.min(1.25, 3 * unit), cap })
  for (const [index, tone] of tones.entries()) {
    for (let width = 1; width <= WIDTHS; width++) {
      const some = nodesOf[1 + index * WIDTHS + width - 1] as number[]
      if (some.length === 0) continue
      if (tone === 'over') strokes.push(...overStrokes(trace(some), palette, unit))
      else strokes.push({ trace: trace(some), colour: colourOf[tone], width: (1.6 + width * 0.95) * unit, cap })
    }
  }
  if (overServices.length > 0 && look.level !== 'feeders') {
    strokes.push(...overStrokes((pen) => traceServices(pen, layout, overServices), palette, unit * 0.7))
  }
  return strokes
}

function overStrokes(trace: (pen: Pen) => void, palette: Palette, unit: number): Stroke[] {
  const width = 6.5 * unit
  return [
    { trace, colour: palette.warn, width: Math.max(4.5, width * 2.6), hatched: true, cap: 'butt' },
    { trace, colour: palette.ground, width: width + 1.5, cap: 'butt' },
    { trace, colour: palette.warn, width, dash: [9 * unit + 2, 5 * unit + 2], cap: 'butt' },
  ]
}

function traceServices(pen: Pen, { tapX, tapY, homeX, homeY }: StreetLayout, homes: readonly number[]): void {
  for (const home of homes) {
    pen.moveTo(tapX[home] as number, tapY[home] as number)
    pen.lineTo(homeX[home] as number, homeY[home] as number)
  }
}

/** Follows the ways to some nodes, one that goes on where the last ended as one line; points nearer than `coarse` are left out. */
function traceWays(pen: Pen, { ways, tree }: StreetLayout, nodes: readonly number[], coarse: number): void {
  let last = -1
  let lastX = 0
  let lastY = 0
  for (const [index, node] of nodes.entries()) {
    const way = ways[node] as Float32Array
    if (last === -1 || last !== tree.parent[node] || last === 0) {
      lastX = way[0] as number
      lastY = way[1] as number
      pen.moveTo(lastX, lastY)
    }
    const next = nodes[index + 1]
    const goesOn = next !== undefined && tree.parent[next] === node
    for (let i = 2; i < way.length; i += 2) {
      const x = way[i] as number
      const y = way[i + 1] as number
      const isEnd = !goesOn && i === way.length - 2
      if (!isEnd && Math.abs(x - lastX) + Math.abs(y - lastY) < coarse) continue
      pen.lineTo(x, y)
      lastX = x
      lastY = y
    }
    last = node
  }
}
