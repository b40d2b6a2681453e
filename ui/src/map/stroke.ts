import type { Pen } from './glyphs.ts'

/** One thing to draw: a path of the layout, filled or stroked. Widths and dashes in px on the screen. */
export interface Stroke {
  readonly trace: (pen: Pen) => void
  readonly colour: string
  /** null: filled, in `colour` */
  readonly width: number | null
  readonly dash?: readonly number[]
  /** lines at a slant instead of the plain colour */
  readonly hatched?: true
  readonly cap?: 'butt' | 'round'
}
