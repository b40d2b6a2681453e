import type { Point } from './point.ts'

/** Where on an element a pointer is, px. */
export function pointOn(element: Element, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = element.getBoundingClientRect()
  return { x: clientX - left, y: clientY - top }
}
