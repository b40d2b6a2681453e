import type { Point } from './point.ts'

/** Where the map is looked at: the middle in shares of the layout (0 … 1), and how much it is magnified. */
export interface MapPlace {
  readonly middle: Point
  readonly k: number
}
