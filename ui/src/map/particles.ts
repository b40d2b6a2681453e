import type { Point } from './feeder.ts'

/** A trade under way from seller to buyer. Times in wall ms, `r` in px. */
export interface Particle {
  readonly from: Point
  readonly to: Point
  readonly step: number
  readonly r: number
  readonly startMs: number
}

/** A particle at a moment: its head, and the way behind it, nearest first. `done` 0 … 1. */
export interface Flying {
  readonly head: Point
  readonly trail: readonly Point[]
  readonly step: number
  readonly r: number
  readonly done: number
}

/** More would be a blur, and cost frames: those beyond are dropped, the figures still count them. */
const PARTICLES_MAX = 240
const FLIGHT_MS = 1_300
/** The trail's length as a share of the arc, at full speed; it is drawn in so many straight pieces. */
const TRAIL = 0.2
const TRAIL_PIECES = 4

/** The trades in the air. Bounded; knows no canvas. */
export class ParticleField {
  #particles: Particle[] = []

  get size(): number {
    return this.#particles.length
  }

  launch(particle: Particle): void {
    if (this.#particles.length < PARTICLES_MAX) this.#particles.push(particle)
  }

  clear(): void {
    this.#particles = []
  }

  /** Where all are now; those that have landed are let go. */
  at(nowMs: number): Flying[] {
    this.#particles = this.#particles.filter((particle) => nowMs - particle.startMs < FLIGHT_MS)
    return this.#particles.flatMap((particle) => {
      const done = (nowMs - particle.startMs) / FLIGHT_MS
      if (done < 0) return []
      const eased = ease(done)
      const length = Math.min(eased, TRAIL * Math.sin(Math.PI * done))
      return {
        head: arcPoint(particle, eased),
        trail: Array.from({ length: TRAIL_PIECES }, (_, i) =>
          arcPoint(particle, eased - (length * (i + 1)) / TRAIL_PIECES),
        ),
        step: particle.step,
        r: particle.r,
        done,
      }
    })
  }
}

/** Where the arc between two homes bends to: always over the street, higher the further they are apart. */
export function arcBend(ends: { readonly from: Point; readonly to: Point }): Point {
  const { from, to } = ends
  const distance = Math.hypot(to.x - from.x, to.y - from.y)
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 - 24 - distance * 0.18 }
}

function arcPoint(ends: { readonly from: Point; readonly to: Point }, done: number): Point {
  const bend = arcBend(ends)
  const rest = 1 - done
  return {
    x: rest * rest * ends.from.x + 2 * rest * done * bend.x + done * done * ends.to.x,
    y: rest * rest * ends.from.y + 2 * rest * done * bend.y + done * done * ends.to.y,
  }
}

/** Leaves gently, arrives gently. */
function ease(done: number): number {
  return done * done * (3 - 2 * done)
}
