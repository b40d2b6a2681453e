import { type Feeder, feederNormal, feederPoint, type Point } from './feeder.ts'
import { seededFraction } from './seed.ts'

/** Where a home stands, where its service line meets the feeder, and which way leads away from the street. */
export interface HomePlace extends Point {
  readonly tap: Point
  readonly feeder: number
  /** 0 at the transformer … 1 at the far end of the feeder */
  readonly along: number
  readonly outward: Point
}

/** A neighbourhood laid out in a box, all lengths in px. */
export interface StreetLayout {
  readonly supplier: Point
  readonly transformer: Point
  readonly feeders: readonly Feeder[]
  readonly homes: ReadonlyMap<string, HomePlace>
  /** free room around a home: what glyphs and labels must fit in */
  readonly pitch: number
  /** streets run across a wide box and down a tall one */
  readonly direction: 'across' | 'down'
  /** the radius of the largest power drawn */
  readonly bubble: number
  /** what there is room for beside each home */
  readonly labels: 'full' | 'power' | 'none'
  /** how wide a label may be */
  readonly labelRoom: number
}

const numbered = new Intl.Collator('en', { numeric: true })

/**
 * Lays a neighbourhood out: the transformer at one end, feeders from it, homes in the order of their house numbers,
 * odd on one side and even on the other, as on a street. Depends on names and box only, so the picture is the same
 * on every run.
 */
export function layoutStreet(options: {
  readonly names: Iterable<string>
  readonly width: number
  readonly height: number
  /** room kept free on each side for headings and legends, px */
  readonly inset: { readonly top: number; readonly bottom: number; readonly side: number }
}): StreetLayout {
  const names = [...options.names].sort((a, b) => numbered.compare(a, b) || (a < b ? -1 : 1))
  const { inset, width, height } = options
  const direction = width >= height ? 'across' : 'down'
  const box = { x: inset.side, y: inset.top, w: width - 2 * inset.side, h: height - inset.top - inset.bottom }
  const place = (along: number, beside: number): Point =>
    direction === 'across' ? { x: box.x + along, y: box.y + beside } : { x: box.x + beside, y: box.y + along }
  const total = direction === 'across' ? box.w : box.h
  const breadth = direction === 'across' ? box.h : box.w
  const head = Math.min(direction === 'across' ? 210 : 150, total * 0.26)
  const length = total - head

  const feederCount = bestFeederCount({ homes: names.length, length, breadth, direction })
  const perFeeder = Math.max(1, Math.ceil(names.length / feederCount))
  const perSide = Math.ceil(perFeeder / 2)
  const step = length / (perSide + 0.5)
  const lane = breadth / feederCount
  // Down a narrow street the labels stand beside the homes, so the homes stay nearer to it.
  const offset = direction === 'across' ? Math.min(lane * 0.29, step * 1.15, 150) : Math.min(lane * 0.19, step)
  const feeders = Array.from(
    { length: feederCount },
    (_, i): Feeder => ({
      start: place(head, lane * (i + 0.5)),
      length,
      bend: direction === 'across' ? Math.min(lane * 0.07, 22) : Math.min(lane * 0.025, 9),
      phase: seededFraction(`feeder ${i}`),
      direction,
    }),
  )

  const homes = new Map<string, HomePlace>()
  names.forEach((name, i) => {
    const index = Math.floor(i / perFeeder)
    const feeder = feeders[index] as Feeder
    const rank = i - index * perFeeder
    const side = rank % 2 === 0 ? -1 : 1
    const wander = (seededFraction(name) - 0.5) * 0.12
    const along = Math.min(1, ((Math.floor(rank / 2) + (side < 0 ? 0.5 : 0.92) + wander) * step) / length)
    const tap = feederPoint(feeder, along)
    const normal = feederNormal(feeder, along)
    const outward = { x: normal.x * side, y: normal.y * side }
    const away = offset * (1 + (seededFraction(`${name}, set back`) - 0.5) * 0.16)
    homes.set(name, { x: tap.x + outward.x * away, y: tap.y + outward.y * away, tap, feeder: index, along, outward })
  })
  const pitch = Math.min(step, lane / 2)
  const bubble = Math.min(52, pitch * 0.4)
  return {
    supplier: place(direction === 'across' ? 58 : 34, breadth / 2),
    transformer: place(head * (direction === 'across' ? 0.8 : 0.86), breadth / 2),
    feeders,
    homes,
    pitch,
    bubble,
    direction,
    ...labelling({ direction, step, beyond: lane / 2 - offset - bubble * 1.11 }),
  }
}

/** What fits between a home's bubble and the edge of its lane, `beyond` px away, and its neighbour, `step` px along. */
function labelling(room: {
  readonly direction: StreetLayout['direction']
  readonly step: number
  readonly beyond: number
}): Pick<StreetLayout, 'labels' | 'labelRoom'> {
  const across = room.direction === 'across'
  const [width, height] = across ? [room.step * 0.98, room.beyond] : [room.beyond - 16, room.step * 0.7]
  const labels = width < 66 ? 'none' : height >= 38 ? 'full' : height >= 20 ? 'power' : 'none'
  return { labels, labelRoom: width }
}

/** As many feeders as give each home the most room; one street rather than two where it hardly matters. */
function bestFeederCount(street: {
  readonly homes: number
  readonly length: number
  readonly breadth: number
  readonly direction: StreetLayout['direction']
}): number {
  const side = street.direction === 'across' ? 0.75 : 0.45
  let best = { count: 1, room: 0 }
  for (let count = 1; count <= Math.max(1, Math.ceil(Math.sqrt(street.homes))); count++) {
    const perSide = Math.max(1, Math.ceil(street.homes / count / 2))
    const room = Math.min(street.length / perSide, (street.breadth / count / 2) * side)
    if (room > best.room) best = { count, room }
  }
  return best.count
}
