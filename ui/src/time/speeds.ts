import { count } from '../format.ts'

/** How fast a recording can go: its seconds in one of the viewer's. */
export const speeds = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] as const

/** The speed of the row that is nearest, as the eye judges speeds: by their ratio. */
export function nearestSpeed(speed: number): number {
  const distance = (other: number) => Math.abs(Math.log(other / Math.max(speed, Number.MIN_VALUE)))
  return speeds.reduce((best: number, other) => (distance(other) < distance(best) ? other : best), speeds[0])
}

/** So many places further in the row; it ends at both ends. */
export function speedBeside(speed: number, places: number): number {
  const at = speeds.indexOf(nearestSpeed(speed) as (typeof speeds)[number])
  return speeds[Math.min(speeds.length - 1, Math.max(0, at + places))] as number
}

/** "½×", "1,000×": written as the viewer writes numbers, to whom 1,000 may be one. */
export const speedName = (speed: number): string => `${speed === 0.5 ? '½' : count(speed)}×`
