import type { Point } from './point.ts'
import { PRICE_STEPS } from './price-colours.ts'

/** A trade under way from seller to buyer. Places in px of the layout, times in ms of the field's clock, `r` in px. */
export interface Particle {
  readonly trade: string
  readonly from: Point
  readonly to: Point
  /** the colour of its price */
  readonly step: number
  readonly r: number
  readonly startMs: number
}

/** More would be a blur, and cost frames: those beyond are dropped, the figures still count them. */
export const PARTICLES_MAX = 2_000
const FLIGHT_MS = 1_300
/** The trail's length as a share of the arc, at full speed, and at most in px on the screen; it is drawn in so many straight pieces. */
const TRAIL = 0.2
const TRAIL_MAX = 64
const TRAIL_PIECES = 3
/** x and y of a head and of each end of a piece of its trail. */
export const PLACES = 2 * (TRAIL_PIECES + 1)

/** The trades in the air. Bounded, all room taken at the start: a frame leaves nothing to collect. Knows no canvas. */
export class ParticleField {
  readonly #ends = new Float32Array(PARTICLES_MAX * 4)
  readonly #r = new Float32Array(PARTICLES_MAX)
  readonly #startMs = new Float64Array(PARTICLES_MAX)
  readonly #step = new Uint8Array(PARTICLES_MAX)
  readonly #trades: string[] = []
  #size = 0

  /** by `at`: how many fly, and of each its head and trail, in the order of colours, and its size */
  readonly places = new Float32Array(PARTICLES_MAX * PLACES)
  readonly sizes = new Float32Array(PARTICLES_MAX)
  /** where each colour begins in `places`; the last is how many fly */
  readonly begins = new Int32Array(PRICE_STEPS + 1)
  readonly #fill = new Int32Array(PRICE_STEPS)
  /** whose places those are */
  readonly #order = new Uint16Array(PARTICLES_MAX)

  /** under way or about to leave */
  get size(): number {
    return this.#size
  }

  get flying(): number {
    return this.begins[PRICE_STEPS] as number
  }

  launch({ trade, from, to, step, r, startMs }: Particle): void {
    if (this.#size === PARTICLES_MAX) return
    const i = this.#size++
    this.#ends[4 * i] = from.x
    this.#ends[4 * i + 1] = from.y
    this.#ends[4 * i + 2] = to.x
    this.#ends[4 * i + 3] = to.y
    this.#step[i] = step
    this.#trades[i] = trade
    this.#r[i] = r
    this.#startMs[i] = startMs
  }

  clear(): void {
    this.#size = 0
    this.begins.fill(0)
  }

  /** how many times the layout is magnified */
  magnified = 1

  /** Puts all where they are at a time; those that have landed are let go. */
  at(nowMs: number): void {
    const trailMax = TRAIL_MAX / this.magnified
    for (let i = 0; i < this.#size; ) {
      if (nowMs - (this.#startMs[i] as number) >= FLIGHT_MS) this.#drop(i)
      else i++
    }
    const { begins, places, sizes } = this
    begins.fill(0)
    for (let i = 0; i < this.#size; i++) {
      if (nowMs < (this.#startMs[i] as number)) continue
      const after = (this.#step[i] as number) + 1
      begins[after] = (begins[after] as number) + 1
    }
    for (let step = 0; step < PRICE_STEPS; step++) {
      this.#fill[step] = begins[step] as number
      begins[step + 1] = (begins[step + 1] as number) + (begins[step] as number)
    }
    for (let i = 0; i < this.#size; i++) {
      const done = (nowMs - (this.#startMs[i] as number)) / FLIGHT_MS
      if (done < 0) continue
      const step = this.#step[i] as number
      const at = this.#fill[step] as number
      this.#fill[step] = at + 1
      this.#order[at] = i
      const eased = done * done * (3 - 2 * done)
      const fromX = this.#ends[4 * i] as number
      const fromY = this.#ends[4 * i + 1] as number
      const toX = this.#ends[4 * i + 2] as number
      const toY = this.#ends[4 * i + 3] as number
      const distance = Math.sqrt((toX - fromX) ** 2 + (toY - fromY) ** 2)
      const length = Math.min(eased, Math.min(TRAIL, trailMax / (distance + 1)) * Math.sin(Math.PI * done))
      const bendX = (fromX + toX) / 2
      const bendY = bendOver(fromX, fromY, toX, toY)
      for (let piece = 0; piece <= TRAIL_PIECES; piece++) {
        const t = eased - (length * piece) / TRAIL_PIECES
        const rest = 1 - t
        places[at * PLACES + 2 * piece] = rest * rest * fromX + 2 * rest * t * bendX + t * t * toX
        places[at * PLACES + 2 * piece + 1] = rest * rest * fromY + 2 * rest * t * bendY + t * t * toY
      }
      // Grows out of the seller and goes into the buyer.
      sizes[at] = (this.#r[i] as number) * Math.min(1, 6 * done, 6 * (1 - done))
    }
  }

  /** The trade whose head or trail was drawn nearest to a point, at most so far from it; null where none was. */
  tradeAt(point: Point, within: number): string | null {
    let nearest = -1
    let least = within
    for (let i = 0; i < this.flying * PLACES; i += 2) {
      const apart = Math.hypot((this.places[i] as number) - point.x, (this.places[i + 1] as number) - point.y)
      if (apart > least) continue
      least = apart
      nearest = Math.floor(i / PLACES)
    }
    return nearest === -1 ? null : (this.#trades[this.#order[nearest] as number] ?? null)
  }

  #drop(i: number): void {
    const last = --this.#size
    this.#ends.copyWithin(4 * i, 4 * last, 4 * last + 4)
    this.#step[i] = this.#step[last] as number
    this.#trades[i] = this.#trades[last] as string
    this.#r[i] = this.#r[last] as number
    this.#startMs[i] = this.#startMs[last] as number
  }
}

/** Where the arc between two homes bends to: always over the street, higher the further they are apart. */
export function arcBend({ from, to }: { readonly from: Point; readonly to: Point }): Point {
  return { x: (from.x + to.x) / 2, y: bendOver(from.x, from.y, to.x, to.y) }
}

/** How far a point is from an arc, about. */
export function arcDistance(arc: { readonly from: Point; readonly to: Point }, point: Point): number {
  const bend = arcBend(arc)
  let least = Number.POSITIVE_INFINITY
  for (let t = 0; t <= 1; t += 1 / 32) {
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
    const x = a * arc.from.x + b * bend.x + c * arc.to.x
    const y = a * arc.from.y + b * bend.y + c * arc.to.y
    least = Math.min(least, Math.hypot(x - point.x, y - point.y))
  }
  return least
}

function bendOver(fromX: number, fromY: number, toX: number, toY: number): number {
  const distance = Math.sqrt((toX - fromX) ** 2 + (toY - fromY) ** 2)
  return (fromY + toY) / 2 - Math.min(24, distance) - distance * 0.18
}
