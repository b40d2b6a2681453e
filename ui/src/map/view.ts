import type { Box, Point } from './point.ts'

/** Where a map is looked at: a place of the layout is at `k` times itself plus `x`, `y` on the screen, px. */
export interface View {
  readonly k: number
  readonly x: number
  readonly y: number
}

/** All of the layout. */
export const ALL: View = { k: 1, x: 0, y: 0 }

/** A view magnified so many times more, with one point of the screen staying where it is. */
export function zoomedAt({ k, x, y }: View, still: Point, factor: number): View {
  return { k: k * factor, x: still.x - (still.x - x) * factor, y: still.y - (still.y - y) * factor }
}

/** The nearest view that shows nothing beyond the layout’s edges, magnified 1 to `largest` times. */
export function heldIn(of: { readonly view: View; readonly box: Box; readonly largest: number }): View {
  const { view, box, largest } = of
  const k = Math.min(largest, Math.max(1, view.k))
  const middle = { x: box.width / 2, y: box.height / 2 }
  const { x, y } = k === view.k ? view : zoomedAt(view, middle, k / view.k)
  const within = (at: number, length: number) => Math.min(0, Math.max(length * (1 - k), at))
  return { k, x: within(x, box.width), y: within(y, box.height) }
}

/** A view on the straight way from one to another, `done` 0 … 1: magnified evenly, about the point that both share. */
export function betweenViews(from: View, to: View, done: number): View {
  const whole = to.k / from.k
  const factor = whole ** done
  // Where nothing is magnified the views share no point: then it is a move only.
  const share = Math.abs(whole - 1) < 1e-6 ? done : (factor - 1) / (whole - 1)
  const along = (a: number, b: number) => a + (b - a) * share
  return { k: from.k * factor, x: along(from.x, to.x), y: along(from.y, to.y) }
}
