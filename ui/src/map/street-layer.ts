import type { Palette } from '../theme.ts'
import { type Feeder, feederPoint, type Point } from './feeder.ts'
import { disc, house, type Pen, type Spot, sun } from './glyphs.ts'
import type { HomeState } from './home-state.ts'
import type { StreetLayout } from './layout.ts'
import { feederLoads } from './loads.ts'
import type { PowerScale } from './power-scale.ts'

/** A home as it is drawn: its state, its power (W) on the way to the last reading's, whether that is overdue. */
export interface DrawnHome {
  readonly state: HomeState
  readonly powerW: number
  readonly overdue: boolean
}

/** What the lower layer shows. */
export interface StreetScene {
  readonly layout: StreetLayout
  readonly homes: ReadonlyMap<string, DrawnHome>
  readonly scale: PowerScale
  readonly palette: Palette
}

/** Wires in so many widths, so that all stretches of one width are one path. */
const WIDTHS = 6

/** Draws roads, wires and homes. One path for all that looks alike: 10,000 homes cost about as much as 10. */
export function drawStreet(pen: CanvasRenderingContext2D, scene: StreetScene): void {
  const { layout, palette } = scene
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  drawPlots(pen, scene)
  stroke(pen, palette.road, Math.min(34, layout.pitch * 0.32), (path) => {
    for (const feeder of layout.feeders) {
      trace(path, feeder, 0, 1)
      if (layout.feeders.length === 1) continue
      path.moveTo(layout.transformer.x, layout.transformer.y)
      path.lineTo(feeder.start.x, feeder.start.y)
    }
  })
  stroke(pen, palette.cable, 1.25, (path) => {
    path.moveTo(layout.supplier.x, layout.supplier.y)
    path.lineTo(layout.transformer.x, layout.transformer.y)
    for (const feeder of layout.feeders) {
      path.moveTo(layout.transformer.x, layout.transformer.y)
      path.lineTo(feeder.start.x, feeder.start.y)
      trace(path, feeder, 0, 1)
    }
    for (const place of layout.homes.values()) {
      path.moveTo(place.tap.x, place.tap.y)
      path.lineTo(place.x, place.y)
    }
  })
  drawLoads(pen, scene)
  drawHomes(pen, scene)
}

function drawPlots(pen: CanvasRenderingContext2D, { layout, palette }: StreetScene): void {
  if (layout.pitch < 24) return
  const half = Math.min(layout.pitch * 0.43, 66)
  const label = layout.labels !== 'full' ? 0 : layout.direction === 'across' ? 40 : layout.labelRoom * 0.9
  pen.fillStyle = palette.plot
  pen.beginPath()
  for (const { x, y, outward } of layout.homes.values()) {
    // A plot has room for the label that stands on its outer side.
    const wide = layout.direction === 'down' ? label : 0
    const tall = label - wide
    const left = x - half - (outward.x < 0 ? wide : 0)
    const top = y - half - (outward.y < 0 ? tall : 0)
    pen.roundRect(left, top, 2 * half + wide, 2 * half + tall, half * 0.3)
  }
  pen.fill()
}

function drawLoads(pen: CanvasRenderingContext2D, scene: StreetScene): void {
  const { layout, palette } = scene
  const stretches = feederLoads(layout, (home) => scene.homes.get(home)?.powerW ?? 0)
  const netW = stretches.reduce((sum, stretch) => sum + (stretch.from === 0 ? stretch.powerW : 0), 0)
  const largestW = Math.max(2_000, ...stretches.map((stretch) => Math.abs(stretch.powerW)))
  const widthOf = (powerW: number) => Math.ceil(WIDTHS * Math.sqrt(Math.min(1, Math.abs(powerW) / largestW)))
  for (const colour of [palette.take, palette.give]) {
    const flows = (powerW: number) => (colour === palette.take ? powerW > 0 : powerW < 0)
    for (let width = 1; width <= WIDTHS; width++) {
      stroke(pen, colour, 1 + width * 1.1, (path) => {
        for (const { feeder, from, to, powerW } of stretches) {
          if (!flows(powerW) || widthOf(powerW) !== width) continue
          const line = layout.feeders[feeder] as Feeder
          trace(path, line, from, to)
          if (from === 0) {
            path.moveTo(layout.transformer.x, layout.transformer.y)
            path.lineTo(line.start.x, line.start.y)
          }
        }
        if (flows(netW) && widthOf(netW) === width) {
          path.moveTo(layout.supplier.x, layout.supplier.y)
          path.lineTo(layout.transformer.x, layout.transformer.y)
        }
      })
    }
  }
  if (Math.abs(netW) > 0) drawHeading(pen, scene, netW)
  drawTransformer(pen, scene)
  drawSupplier(pen, scene)
}

/** Three chevrons on the wire to the supplier: which way the street's balance goes. */
function drawHeading(pen: CanvasRenderingContext2D, { layout, palette }: StreetScene, netW: number): void {
  const { supplier, transformer } = layout
  const size = Math.hypot(transformer.x - supplier.x, transformer.y - supplier.y)
  const sign = netW > 0 ? 1 : -1
  const unit = { x: ((transformer.x - supplier.x) / size) * sign, y: ((transformer.y - supplier.y) / size) * sign }
  const middle = { x: (supplier.x + transformer.x) / 2, y: (supplier.y + transformer.y) / 2 }
  stroke(pen, palette.surface, 2, (path) => {
    for (const shift of [-9, 0, 9]) {
      const tip = { x: middle.x + unit.x * (shift + 2), y: middle.y + unit.y * (shift + 2) }
      path.moveTo(tip.x - unit.x * 4 - unit.y * 4, tip.y - unit.y * 4 + unit.x * 4)
      path.lineTo(tip.x, tip.y)
      path.lineTo(tip.x - unit.x * 4 + unit.y * 4, tip.y - unit.y * 4 - unit.x * 4)
    }
  })
}

/** The two windings of a transformer's symbol. */
function drawTransformer(pen: CanvasRenderingContext2D, { layout, palette }: StreetScene): void {
  const { x, y } = layout.transformer
  const shift = layout.direction === 'across' ? { x: 6, y: 0 } : { x: 0, y: 6 }
  pen.beginPath()
  disc(pen, { x: x - shift.x, y: y - shift.y, r: 11 })
  disc(pen, { x: x + shift.x, y: y + shift.y, r: 11 })
  pen.fillStyle = palette.ground
  pen.fill()
  pen.lineWidth = 2.5
  pen.strokeStyle = palette.ink
  pen.stroke()
}

/** The grid beyond: a pylon in a ring. */
function drawSupplier(pen: CanvasRenderingContext2D, { layout, palette }: StreetScene): void {
  const { x, y } = layout.supplier
  pen.beginPath()
  disc(pen, { x, y, r: 20 })
  pen.fillStyle = palette.ground
  pen.fill()
  pen.lineWidth = 2.5
  pen.strokeStyle = palette.ink
  pen.stroke()
  stroke(pen, palette.ink, 1.75, (path) => {
    path.moveTo(x - 6, y + 11)
    path.lineTo(x, y - 12)
    path.lineTo(x + 6, y + 11)
    path.moveTo(x - 9, y - 4)
    path.lineTo(x + 9, y - 4)
    path.moveTo(x - 7, y + 3)
    path.lineTo(x + 7, y + 3)
  })
}

function drawHomes(pen: CanvasRenderingContext2D, { layout, homes, scale, palette }: StreetScene): void {
  const body = Math.max(2, Math.min(15, layout.pitch * 0.13))
  // Too small for a house inside, a bubble speaks for itself.
  const housed = body >= 6
  const fillAll = (colour: string, wanted: (home: DrawnHome) => boolean, shape: (pen: Pen, spot: Spot) => void) => {
    pen.beginPath()
    for (const [name, home] of homes) {
      const place = layout.homes.get(name)
      if (place === undefined || !wanted(home)) continue
      shape(pen, { x: place.x, y: place.y, r: Math.max(housed ? body * 1.5 : 2.5, scale.radius(home.powerW)) })
    }
    pen.fillStyle = colour
    pen.fill()
  }
  fillAll(palette.take, (home) => home.state === 'takes' && !home.overdue, disc)
  fillAll(palette.give, (home) => home.state === 'gives' && !home.overdue, sun)
  fillAll(palette.stale, (home) => home.state === 'takes' && home.overdue, disc)
  fillAll(palette.stale, (home) => home.state === 'gives' && home.overdue, sun)

  const houses = (wanted: (home: DrawnHome) => boolean) => {
    pen.beginPath()
    for (const [name, home] of homes) {
      const place: Point | undefined = layout.homes.get(name)
      if (place !== undefined && wanted(home)) house(pen, { x: place.x, y: place.y, r: body })
    }
  }
  const working = (home: DrawnHome) => home.state === 'takes' || home.state === 'gives'
  if (housed) {
    houses(working)
    pen.fillStyle = palette.surface
    pen.fill()
  }
  houses((home) => !working(home))
  pen.fillStyle = palette.surface
  pen.fill()
  pen.lineWidth = Math.max(1, body * 0.14)
  pen.strokeStyle = palette.faint
  pen.stroke()
}

function stroke(
  pen: CanvasRenderingContext2D,
  colour: string,
  width: number,
  draw: (path: CanvasRenderingContext2D) => void,
): void {
  pen.beginPath()
  draw(pen)
  pen.strokeStyle = colour
  pen.lineWidth = width
  pen.stroke()
}

function trace(pen: Pen, feeder: Feeder, from: number, to: number): void {
  const steps = Math.max(1, Math.ceil((to - from) * 60))
  for (let i = 0; i <= steps; i++) {
    const point = feederPoint(feeder, from + ((to - from) * i) / steps)
    if (i === 0) pen.moveTo(point.x, point.y)
    else pen.lineTo(point.x, point.y)
  }
}
