import type { Point } from './feeder.ts'
import { arcBend, type Flying } from './particles.ts'

/** A trade between two homes that is shown standing: of the chosen home, or where motion is not wanted. */
export interface Arc {
  readonly from: Point
  readonly to: Point
  readonly step: number
}

/** What the upper layer shows, in the colours of prices. */
export interface TradeScene {
  readonly flying: readonly Flying[]
  readonly arcs: readonly Arc[]
  readonly colours: readonly string[]
}

/** Draws trades: standing arcs, then comets from seller to buyer, one path a colour. */
export function drawTrades(pen: CanvasRenderingContext2D, scene: TradeScene): void {
  pen.lineCap = 'round'
  scene.colours.forEach((colour, step) => {
    const arcs = scene.arcs.filter((arc) => arc.step === step)
    const flying = scene.flying.filter((particle) => particle.step === step)
    pen.strokeStyle = colour
    pen.fillStyle = colour
    if (arcs.length > 0) {
      pen.globalAlpha = 0.55
      pen.lineWidth = 1.5
      pen.beginPath()
      for (const arc of arcs) {
        const bend = arcBend(arc)
        pen.moveTo(arc.from.x, arc.from.y)
        pen.quadraticCurveTo(bend.x, bend.y, arc.to.x, arc.to.y)
      }
      pen.stroke()
    }
    if (flying.length > 0) {
      pen.globalAlpha = 0.45
      pen.lineWidth = 2.5
      pen.beginPath()
      for (const { head, trail } of flying) {
        pen.moveTo(head.x, head.y)
        for (const point of trail) pen.lineTo(point.x, point.y)
      }
      pen.stroke()
      pen.globalAlpha = 1
      pen.beginPath()
      for (const { head, r, done } of flying) {
        // Grows out of the seller and goes into the buyer.
        const size = r * Math.min(1, 6 * done, 6 * (1 - done))
        pen.moveTo(head.x + size, head.y)
        pen.arc(head.x, head.y, size, 0, 2 * Math.PI)
      }
      pen.fill()
    }
    pen.globalAlpha = 1
  })
}
