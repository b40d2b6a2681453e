/** A place on the map, px. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A feeder as a gently bent street: `start` at the transformer's end, `bend` how far it leaves the straight line. */
export interface Feeder {
  readonly start: Point
  readonly length: number
  readonly bend: number
  readonly phase: number
  readonly direction: 'across' | 'down'
}

/** Waves on the whole length: a street that turns a little, not a river. */
const WAVES = 0.8

/** The point at a share (0 … 1) of the feeder's length. It begins on the straight line, whatever the phase. */
export function feederPoint(feeder: Feeder, along: number): Point {
  const straight = along * feeder.length
  const aside = feeder.bend * (wave(feeder, along) - wave(feeder, 0))
  return feeder.direction === 'across'
    ? { x: feeder.start.x + straight, y: feeder.start.y + aside }
    : { x: feeder.start.x + aside, y: feeder.start.y + straight }
}

/** The unit vector square to the feeder there: down for a street across, right for a street down. */
export function feederNormal(feeder: Feeder, along: number): Point {
  const slope =
    (feeder.bend * Math.cos(2 * Math.PI * (WAVES * along + feeder.phase)) * 2 * Math.PI * WAVES) / feeder.length
  const size = Math.hypot(slope, 1)
  return feeder.direction === 'across' ? { x: -slope / size, y: 1 / size } : { x: 1 / size, y: -slope / size }
}

function wave(feeder: Feeder, along: number): number {
  return Math.sin(2 * Math.PI * (WAVES * along + feeder.phase))
}
