import { arcBend, type ParticleField, PLACES } from './particles.ts'
import type { Point } from './point.ts'
import { PRICE_STEPS } from './price-colours.ts'
import type { View } from './view.ts'

/** A trade between two homes that is shown standing: of the chosen home, or where motion is not wanted. */
export interface Arc {
  readonly trade: string
  readonly from: Point
  readonly to: Point
  readonly step: number
}

/** What the upper layer shows, in the colours of prices. */
export interface TradeScene {
  readonly field: ParticleField
  readonly arcs: readonly Arc[]
  readonly colours: readonly string[]
  readonly view: View
}

/** With more in the air than this, heads are square dots and trails plain lines: nobody sees the difference. */
const CROWD = 300

/** Draws trades: standing arcs, then comets from seller to buyer, one path a colour. */
export function drawTrades(pen: CanvasRenderingContext2D, { field, arcs, colours, view }: TradeScene): void {
  pen.lineCap = 'round'
  for (let step = 0; step < PRICE_STEPS; step++) {
    const colour = colours[step] as string
    if (arcs.length > 0) drawArcs(pen, { arcs, step, colour, view })
    if (field.begins[step] === field.begins[step + 1]) continue
    if (field.flying > CROWD) drawCrowd(pen, { field, step, colour, view })
    else drawComets(pen, { field, step, colour, view })
  }
  pen.globalAlpha = 1
}

function drawArcs(
  pen: CanvasRenderingContext2D,
  of: Pick<TradeScene, 'arcs' | 'view'> & { readonly step: number; readonly colour: string },
): void {
  const { k, x, y } = of.view
  pen.globalAlpha = 0.6
  pen.strokeStyle = of.colour
  pen.fillStyle = of.colour
  pen.lineWidth = 1.75
  for (const arc of of.arcs) {
    if (arc.step !== of.step) continue
    const bend = arcBend(arc)
    const [toX, toY] = [arc.to.x * k + x, arc.to.y * k + y]
    pen.beginPath()
    pen.moveTo(arc.from.x * k + x, arc.from.y * k + y)
    pen.quadraticCurveTo(bend.x * k + x, bend.y * k + y, toX, toY)
    pen.stroke()
    // A dot at the buyer: which way the energy went, without motion.
    pen.beginPath()
    pen.arc(toX, toY, 3.5, 0, 2 * Math.PI)
    pen.fill()
  }
}

interface OneColour extends Pick<TradeScene, 'field' | 'view'> {
  readonly step: number
  readonly colour: string
}

function drawComets(pen: CanvasRenderingContext2D, { field, step, colour, view }: OneColour): void {
  const { k, x, y } = view
  const { places, sizes } = field
  const end = field.begins[step + 1] as number
  pen.globalAlpha = 0.45
  pen.strokeStyle = colour
  pen.lineWidth = 2.5
  pen.beginPath()
  for (let i = field.begins[step] as number; i < end; i++) {
    const at = i * PLACES
    pen.moveTo((places[at] as number) * k + x, (places[at + 1] as number) * k + y)
    for (let j = 2; j < PLACES; j += 2) {
      pen.lineTo((places[at + j] as number) * k + x, (places[at + j + 1] as number) * k + y)
    }
  }
  pen.stroke()
  pen.globalAlpha = 1
  pen.fillStyle = colour
  pen.beginPath()
  for (let i = field.begins[step] as number; i < end; i++) {
    const headX = (places[i * PLACES] as number) * k + x
    const headY = (places[i * PLACES + 1] as number) * k + y
    const size = sizes[i] as number
    pen.moveTo(headX + size, headY)
    pen.arc(headX, headY, size, 0, 2 * Math.PI)
  }
  pen.fill()
}

function drawCrowd(pen: CanvasRenderingContext2D, { field, step, colour, view }: OneColour): void {
  const { k, x, y } = view
  const { places, sizes } = field
  const end = field.begins[step + 1] as number
  pen.fillStyle = colour
  for (let piece = PLACES - 2; piece >= 0; piece -= 2) {
    pen.globalAlpha = piece === 0 ? 1 : 0.5 - piece * 0.05
    const share = piece === 0 ? 1 : 0.8 - piece * 0.06
    for (let i = field.begins[step] as number; i < end; i++) {
      const size = (sizes[i] as number) * share
      const at = i * PLACES + piece
      pen.fillRect((places[at] as number) * k + x - size, (places[at + 1] as number) * k + y - size, 2 * size, 2 * size)
    }
  }
}
