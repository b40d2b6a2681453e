import type { StreetLayout } from './layout.ts'
import type { Box, Point } from './point.ts'
import type { View } from './view.ts'

/** The part of a layout that is on the screen, px of the layout. */
export interface Sight {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** What is on the screen, and so much beyond its edges, px of the screen. */
export function sightOf(options: { readonly view: View; readonly box: Box; readonly beyond: number }): Sight {
  const { view, box, beyond } = options
  return {
    left: (-beyond - view.x) / view.k,
    top: (-beyond - view.y) / view.k,
    right: (box.width + beyond - view.x) / view.k,
    bottom: (box.height + beyond - view.y) / view.k,
  }
}

/** The homes in sight, by number. */
export function homesInSight({ homeX, homeY }: StreetLayout, sight: Sight): number[] {
  const homes: number[] = []
  for (let home = 0; home < homeX.length; home++) {
    const x = homeX[home] as number
    const y = homeY[home] as number
    if (x >= sight.left && x <= sight.right && y >= sight.top && y <= sight.bottom) homes.push(home)
  }
  return homes
}

/** The home nearest to a place of the layout, `within` so many px of it; null where there is none. */
export function homeAt(
  { homeX, homeY }: StreetLayout,
  { at, within }: { readonly at: Point; readonly within: number },
): number | null {
  let nearest: number | null = null
  let least = within * within
  // A pass over all homes is quicker than a frame by far, and needs no index to be kept.
  for (let home = 0; home < homeX.length; home++) {
    const apart = ((homeX[home] as number) - at.x) ** 2 + ((homeY[home] as number) - at.y) ** 2
    if (apart >= least) continue
    least = apart
    nearest = home
  }
  return nearest
}

/** The nodes whose stretch may be in sight, in their order. */
export function nodesInSight({ bounds }: StreetLayout, sight: Sight): number[] {
  const nodes: number[] = []
  for (let node = 1; node < bounds.length / 4; node++) {
    const isOut =
      (bounds[4 * node] as number) > sight.right ||
      (bounds[4 * node + 1] as number) > sight.bottom ||
      (bounds[4 * node + 2] as number) < sight.left ||
      (bounds[4 * node + 3] as number) < sight.top
    if (!isOut) nodes.push(node)
  }
  return nodes
}
