import type { Point } from './feeder.ts'

/** The arrow keys' directions, as unit vectors of the screen. */
export const arrowKeys: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** The home one comes to first in a direction: near counts, and straight ahead counts more. Null at the edge. */
export function nearestHome(options: {
  readonly homes: ReadonlyMap<string, Point>
  readonly from: string
  readonly towards: Point
}): string | null {
  const start = options.homes.get(options.from)
  if (start === undefined) return null
  let best: { name: string; effort: number } | null = null
  for (const [name, place] of options.homes) {
    const ahead = (place.x - start.x) * options.towards.x + (place.y - start.y) * options.towards.y
    if (ahead <= 1) continue
    const aside = Math.abs((place.x - start.x) * options.towards.y) + Math.abs((place.y - start.y) * options.towards.x)
    const effort = ahead + 2 * aside
    if (best === null || effort < best.effort) best = { name, effort }
  }
  return best?.name ?? null
}
