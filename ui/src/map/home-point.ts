import type { StreetLayout } from './layout.ts'
import type { Point } from './point.ts'

/** Where a home stands, px of the layout; null where there is none of that number. */
export function homePoint(layout: StreetLayout, home: number): Point | null {
  const x = layout.homeX[home]
  const y = layout.homeY[home]
  return x === undefined || y === undefined ? null : { x, y }
}
