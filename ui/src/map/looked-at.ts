import type { Palette } from '../palette.ts'
import type { StreetLayout } from './layout.ts'
import type { Look } from './level.ts'
import type { Box } from './point.ts'
import type { View } from './view.ts'

/** A layout as it is looked at: from how far, which part of it, on how large a map, in which colours. */
export interface LookedAt {
  readonly layout: StreetLayout
  readonly look: Look
  readonly view: View
  readonly box: Box
  readonly palette: Palette
}
