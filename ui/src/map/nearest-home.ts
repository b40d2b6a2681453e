import type { Point } from './point.ts'

/** The arrow keys' directions, as unit vectors of the screen. */
export const arrowKeys: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** The home one comes to first in a direction: near counts, and straight ahead counts more. Null at the edge. */
export function nearestHome(options: {
  readonly homeX: ArrayLike<number>
  readonly homeY: ArrayLike<number>
  readonly from: number
  readonly towards: Point
}): number | null {
  const { homeX, homeY, from, towards } = options
  const x = homeX[from]
  const y = homeY[from]
  if (x === undefined || y === undefined) return null
  let best: number | null = null
  let least = Number.POSITIVE_INFINITY
  for (let home = 0; home < homeX.length; home++) {
    const right = (homeX[home] as number) - x
    const down = (homeY[home] as number) - y
    const ahead = right * towards.x + down * towards.y
    if (ahead <= 1) continue
    const effort = ahead + 2 * (Math.abs(right * towards.y) + Math.abs(down * towards.x))
    if (effort >= least) continue
    least = effort
    best = home
  }
  return best
}
