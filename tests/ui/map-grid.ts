import type { PictureGrid } from '#protocol/picture/picture.ts'

/**
 * Lines out of a transformer with a joint for every home and a service line to it, homes on the lines in turn; with
 * `forkEvery`, every so many joints a side line of four homes leaves.
 */
export function gridOf(street: {
  readonly homes: number
  readonly lines: number
  readonly ratedW?: number
  readonly transformerW?: number
  readonly forkEvery?: number
}): PictureGrid {
  const { homes, lines, ratedW = 100_000, transformerW = 400_000, forkEvery = Number.POSITIVE_INFINITY } = street
  const parents = [-1]
  const rated = [transformerW]
  const busOfHome: number[] = []
  const add = (parent: number, limit: number): number => {
    parents.push(parent)
    rated.push(limit)
    return parents.length - 1
  }
  const ends = Array.from({ length: lines }, () => 0)
  for (let joint = 0; busOfHome.length < homes; joint++) {
    const line = joint % lines
    ends[line] = add(ends[line] as number, ratedW)
    busOfHome.push(add(ends[line] as number, 30_000))
    if (joint % forkEvery !== forkEvery - 1) continue
    let end = ends[line] as number
    for (let i = 0; i < 4 && busOfHome.length < homes; i++) {
      end = add(end, ratedW / 2)
      busOfHome.push(end)
    }
  }
  return { parents, ratedW: rated, busOfHome }
}
