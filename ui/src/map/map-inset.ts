import type { Inset } from './layout.ts'
import type { Box } from './point.ts'

/** The room that the headings above a street and the legend below it take. */
export function mapInset({ width, height }: Box): Inset {
  return width >= height ? { top: 58, bottom: 50, left: 22, right: 44 } : { top: 96, bottom: 114, left: 12, right: 12 }
}
