import type { MapPlace } from '../map/map-place.ts'

/** A place on the map as a link holds it: "x,y,k", shares of the map and how much it is magnified. Null: all of it. */
export function placeName({ middle, k }: MapPlace): string | null {
  return k === 1 ? null : [middle.x, middle.y, k].map((value) => Number(value.toPrecision(7))).join(',')
}

/** The place that such a name means; null where it means none. */
export function placeOf(name: string): MapPlace | null {
  const [x = Number.NaN, y = Number.NaN, k = Number.NaN, ...more] = name.split(',').map(Number)
  const isRight = more.length === 0 && x >= 0 && x <= 1 && y >= 0 && y <= 1 && k >= 1 && k <= 1_000
  return isRight ? { middle: { x, y }, k } : null
}
