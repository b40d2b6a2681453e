import { disc, house, type Pen, stored, sun } from './glyphs.ts'
import { kinds } from './home-state.ts'
import type { Look } from './level.ts'
import type { LookedAt } from './looked-at.ts'
import type { PowerScale } from './power-scale.ts'

/** What the middle layer shows. By home number. */
export interface HomesScene extends LookedAt {
  readonly scale: PowerScale
  /** index in `kinds` */
  readonly kind: Uint8Array
  /** on its way to the last reading's, W */
  readonly powersW: Float32Array
  /** what the battery holds, 0 … 1; NaN where there is none, or nobody says */
  readonly stored: Float32Array
}

/** The canvas, or what writes SVG: one path after the other. */
export interface HomesPen extends Pen {
  fillStyle: string | CanvasGradient | CanvasPattern
  strokeStyle: string | CanvasGradient | CanvasPattern
  lineWidth: number
  beginPath(): void
  fill(): void
  stroke(): void
}

/** Too small for a house inside, a bubble speaks for itself, px. */
const HOUSED_MIN = 6
const RESTS = kinds.length - 1

/** Draws homes, all or some. One path for all that looks alike: 10,000 homes cost about as much as 10. */
export function drawHomes(pen: HomesPen, scene: HomesScene, some: ArrayLike<number> | null): void {
  const { layout, look, view, box, palette, kind } = scene
  const count = some === null ? layout.homeX.length : some.length
  const edge = look.bubble * 1.2 + look.body
  const colours = [palette.take, palette.give, palette.stale, palette.stale]
  const housed = look.body >= HOUSED_MIN
  for (let drawn = 0; drawn < RESTS; drawn++) {
    pen.beginPath()
    const shape = drawn % 2 === 0 ? disc : sun
    for (let i = 0; i < count; i++) {
      const home = some === null ? i : (some[i] as number)
      if (kind[home] !== drawn) continue
      const x = (layout.homeX[home] as number) * view.k + view.x
      const y = (layout.homeY[home] as number) * view.k + view.y
      if (x < -edge || y < -edge || x > box.width + edge || y > box.height + edge) continue
      shape(pen, x, y, radiusOf(scene, home))
    }
    pen.fillStyle = colours[drawn] as string
    pen.fill()
  }
  const houses = (wanted: 'working' | 'resting', draw: (home: number, x: number, y: number) => void) => {
    pen.beginPath()
    for (let i = 0; i < count; i++) {
      const home = some === null ? i : (some[i] as number)
      if ((kind[home] === RESTS) !== (wanted === 'resting')) continue
      const x = (layout.homeX[home] as number) * view.k + view.x
      const y = (layout.homeY[home] as number) * view.k + view.y
      if (x < -edge || y < -edge || x > box.width + edge || y > box.height + edge) continue
      draw(home, x, y)
    }
  }
  const { body } = look
  if (!housed) {
    houses('resting', (_, x, y) => disc(pen, x, y, restingRadius(look)))
    pen.fillStyle = palette.faint
    pen.fill()
    return
  }
  houses('resting', (_, x, y) => house(pen, x, y, body))
  pen.fillStyle = palette.surface
  pen.fill()
  pen.lineWidth = Math.max(1, body * 0.14)
  pen.strokeStyle = palette.faint
  pen.stroke()
  houses('working', (_, x, y) => house(pen, x, y, body))
  pen.fillStyle = palette.surface
  pen.fill()
  for (const wanted of ['working', 'resting'] as const) {
    houses(wanted, (home, x, y) => {
      const share = scene.stored[home] as number
      if (!Number.isNaN(share)) stored(pen, x, y, { r: body, share })
    })
    pen.fillStyle = palette.share
    pen.fill()
  }
}

/** How far a home's drawing reaches, px: what must be cleared before it is drawn anew. */
export function reachOf(scene: HomesScene, home: number): number {
  return scene.kind[home] === RESTS ? scene.look.body * 1.2 : radiusOf(scene, home) * 1.32
}

function radiusOf({ look, scale, powersW }: HomesScene, home: number): number {
  const least = look.body >= HOUSED_MIN ? look.body * 1.5 : Math.min(2.5, look.pitch * 0.26)
  return Math.max(least, scale.radius(powersW[home] as number))
}

const restingRadius = (look: Look): number => Math.min(2, look.pitch * 0.2)
