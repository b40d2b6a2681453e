import type { PictureGrid } from '#protocol/picture/picture.ts'
import { type StreetCells, streetCells, withRoom } from './cells.ts'
import type { Box, Point } from './point.ts'
import { seededFraction } from './seed.ts'
import { type RowPlace, streetRows } from './street-rows.ts'
import { plainTree, type WireTree, wireTree } from './wire-tree.ts'

/** A neighbourhood laid out in a box, all lengths in px where nothing is magnified. */
export interface StreetLayout {
  readonly box: Box
  readonly tree: WireTree
  /** streets run across a wide box and down a tall one */
  readonly direction: 'across' | 'down'
  readonly supplier: Point
  readonly transformer: Point
  /** where each line out of the transformer begins, and the nodes on it */
  readonly feeders: readonly { readonly start: Point; readonly nodes: readonly number[] }[]
  /** by home: where it stands, where its service line meets the wire, which way leads away from the street */
  readonly homeX: Float32Array
  readonly homeY: Float32Array
  readonly tapX: Float32Array
  readonly tapY: Float32Array
  readonly outward: Int8Array
  /** by node: the way of the stretch that leads to it, x and y in turn */
  readonly ways: readonly Float32Array[]
  /** by node: the left, top, right and bottom of its way */
  readonly bounds: Float32Array
  /** free room around a home along its street and across: what glyphs and labels must fit in */
  readonly step: number
  readonly depth: number
  /** how far homes stand off their street */
  readonly setBack: number
  readonly pitch: number
}

/** Room kept free on each side for headings and legends, px. */
export interface Inset {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/**
 * Lays a neighbourhood out: the transformer at one end, its lines as streets from it, homes along them where their
 * wires are. Depends on wires, names and box only, so the picture is the same on every run, and a home more takes a
 * free place where there is one.
 */
export function layoutStreet(options: {
  readonly grid: PictureGrid | null
  /** by home number */
  readonly names: readonly string[]
  readonly box: Box
  readonly inset: Inset
}): StreetLayout {
  const { grid, names, box, inset } = options
  const direction = box.width >= box.height ? 'across' : 'down'
  const across = direction === 'across'
  const total = across ? box.width - inset.left - inset.right : box.height - inset.top - inset.bottom
  const breadth = across ? box.height - inset.top - inset.bottom : box.width - inset.left - inset.right
  const head = Math.min(across ? 196 : 140, total * 0.26)
  // Few homes have labels, which take room on the outer side.
  const shape = !across || names.length <= LABELLED_MAX ? 1.3 : 0.95
  const tree =
    grid === null
      ? plainTree({ names, perLine: plainLine(names.length, { length: total - head, breadth, shape }) })
      : wireTree({ grid, names })
  const lines = tree.next[0]?.length ?? 0
  // Between the fan of lines and the first homes there is room to say what each line carries.
  const lead = lines < 2 ? 0 : Math.min(across ? 66 : 30, total * 0.1)
  const room = { length: total - head - lead, breadth, shape }
  const cells = streetCells(tree)
  const rows = streetRows(
    cells.feeders.map(({ length }) => length),
    room,
  )
  const sway = across ? Math.min(14, rows.depth * 0.22) : Math.min(7, rows.depth * 0.1)
  /** From along and beside the streets to the map: all of it sways a little, as streets do. */
  const place = (along: number, beside: number): Point => {
    const swung = beside + sway * Math.sin(2 * Math.PI * ((0.85 * along) / total + (0.22 * beside) / breadth))
    return across ? { x: inset.left + along, y: inset.top + swung } : { x: inset.left + swung, y: inset.top + along }
  }
  const transformer = { along: head * (across ? 0.76 : 0.84), beside: breadth / 2 }
  const setBack = across ? Math.min(setBackFor(rows), rows.step * 1.15, 150) : Math.min(rows.depth * 0.5, rows.step)
  // A label beside its home needs the rest of the cell; in a long one both together stand in the middle.
  const shift = !across ? roomBelow(rows) : hasBeside(rows) ? Math.min(0.36, LABEL_BESIDE / 2 / rows.step) : 0
  const nodeAlong = (node: number) => Math.max(0, (cells.alongOfNode[node] as number) - shift)
  const gap = Math.min(setBack * 0.24, 10)
  const pitch = Math.min(rows.step, rows.depth)

  const put = (at: FeederPlace): Point => {
    const { along, beside } = rows.place(at.feeder, at.along, at.aside)
    return place(head + lead + along, beside)
  }
  const homeX = new Float32Array(names.length)
  const homeY = new Float32Array(names.length)
  const tapX = new Float32Array(names.length)
  const tapY = new Float32Array(names.length)
  const outward = new Int8Array(names.length)
  tree.nodeOfHome.forEach((node, home) => {
    const feeder = cells.feederOfNode[node] as number
    const side = cells.sideOfHome[home] as number
    const seed = names[home] || `home ${home}`
    const along = (cells.alongOfHome[home] as number) - shift + (seededFraction(seed) - 0.5) * 0.1
    const away = setBack * (1 + (seededFraction(`${seed}, set back`) - 0.5) * 0.14)
    const at = put({ feeder, along, aside: side * away })
    const tap = put({ feeder, along: nodeAlong(node), aside: lane(cells, node) * gap })
    homeX[home] = at.x
    homeY[home] = at.y
    tapX[home] = tap.x
    tapY[home] = tap.y
    outward[home] = side * rows.turn(feeder, along)
  })
  const fanEnd = (feeder: number): RowPlace => ({ along: head, beside: rows.place(feeder, 0, 0).beside })
  const feeders = cells.feeders.map(({ nodes }, feeder) => {
    const { along, beside } = fanEnd(feeder)
    return { nodes, start: place(along, beside) }
  })
  const ways = tree.parent.map((parent, node) => {
    if (node === 0) return new Float32Array(0)
    const feeder = cells.feederOfNode[node] as number
    const points: number[] = []
    const goBy = (along: number, beside: number) => {
      const { x, y } = place(along, beside)
      points.push(x, y)
    }
    const end = { along: nodeAlong(node), aside: lane(cells, node) * gap }
    let from = { along: 0, aside: 0 }
    if (parent === 0) {
      for (const { along, beside } of fan(transformer, fanEnd(feeder))) goBy(along, beside)
    } else {
      from = { along: nodeAlong(parent), aside: lane(cells, parent) * gap }
    }
    for (const { along, beside } of rows.way(feeder, from, end)) goBy(head + lead + along, beside)
    return new Float32Array(points)
  })
  return {
    ...{
      box,
      tree,
      direction,
      feeders,
      homeX,
      homeY,
      tapX,
      tapY,
      outward,
      ways,
      bounds: boundsOf(ways),
      setBack,
      pitch,
    },
    supplier: place(across ? 58 : 34, breadth / 2),
    transformer: place(transformer.along, transformer.beside),
    step: rows.step,
    depth: rows.depth,
  }
}

function boundsOf(ways: readonly Float32Array[]): Float32Array {
  const bounds = new Float32Array(4 * ways.length)
  ways.forEach((way, node) => {
    bounds.fill(Number.POSITIVE_INFINITY, 4 * node, 4 * node + 2)
    bounds.fill(Number.NEGATIVE_INFINITY, 4 * node + 2, 4 * node + 4)
    for (let i = 0; i < way.length; i++) {
      const low = 4 * node + (i % 2)
      bounds[low] = Math.min(bounds[low] as number, way[i] as number)
      bounds[low + 2] = Math.max(bounds[low + 2] as number, way[i] as number)
    }
  })
  return bounds
}

/** Streets of so many homes are laid out with room for labels. */
const LABELLED_MAX = 48
/** What a label of two lines, or of one, takes, px. */
export const LABEL_ROOM = { full: 40, power: 20 } as const

/** What a label beside its home takes in most streets, px. */
const LABEL_BESIDE = 112

/** Where streets run down, less room on each side of them or along them, px, has no labels. */
const LABELLED_DEPTH_MIN = 80
const LABELLED_STEP_MIN = 68
/** How far the largest home reaches from its middle, and what a label leaves free below it, px. */
const LARGEST_HOME = 60
const MARGIN = 20
/** What is left of the last cell after its second home, in cells. */
const AFTER_LAST = 0.14
/** What is free between the transformer and the streets, and between them and the legend, px. */
const ABOVE_STREETS = 16
const BELOW_STREETS = 44

/** Cells so long, px, have room for a label beside the home. */
export const BESIDE_MIN = 136

/** Few homes on many lines: little room above and below, much between them. */
const hasBeside = ({ depth, step }: { readonly depth: number; readonly step: number }): boolean =>
  depth < 84 && step >= BESIDE_MIN

/** What a street that runs down is moved up, in cells, so that the label below its last home ends above the legend. */
function roomBelow({ depth, step }: { readonly depth: number; readonly step: number }): number {
  if (depth < LABELLED_DEPTH_MIN || step < LABELLED_STEP_MIN) return 0
  const below = Math.min((step + LABEL_ROOM.full) / 2, LARGEST_HOME + LABEL_ROOM.full) + MARGIN
  const missing = below - AFTER_LAST * step - BELOW_STREETS
  // The first home stays below the transformer.
  const above = ABOVE_STREETS + step / 2 - Math.min((step - LABEL_ROOM.full) / 2, LARGEST_HOME)
  return Math.max(0, Math.min(missing, above)) / step
}

/** How far homes stand off a street across, so that the home fits inside and its label outside, or beside it. */
function setBackFor({ depth, step }: { readonly depth: number; readonly step: number }): number {
  const label = hasBeside({ depth, step }) ? 0 : depth >= 84 ? LABEL_ROOM.full : depth >= 56 ? LABEL_ROOM.power : 0
  return label === 0 ? depth * 0.56 : (depth - label) / 2 + 7
}

interface FeederPlace {
  readonly feeder: number
  readonly along: number
  readonly aside: number
}

const lane = (cells: StreetCells, node: number): number =>
  (cells.laneOfNode[node] as number) * (cells.sideOfNode[node] as number)

const FAN_PIECES = 14

/** From the transformer to the beginning of a line: leaves straight, arrives straight. */
function fan(from: RowPlace, to: RowPlace): RowPlace[] {
  return Array.from({ length: FAN_PIECES }, (_, i) => {
    const t = i / FAN_PIECES
    const eased = t * t * (3 - 2 * t)
    return { along: from.along + (to.along - from.along) * t, beside: from.beside + (to.beside - from.beside) * eased }
  })
}

/** How many homes stand on each line of a street whose wires nobody knows: as many as give each the most room. */
function plainLine(homes: number, room: { readonly length: number; readonly breadth: number; readonly shape: number }) {
  let best = { perLine: 2, pitch: 0 }
  for (let lines = 1; lines <= Math.max(1, Math.ceil(Math.sqrt(homes))); lines++) {
    const perSide = withRoom(Math.ceil(homes / lines / 2))
    const pitch = Math.min(room.length / perSide, room.breadth / lines / 2 / room.shape)
    if (pitch > best.pitch * 1.02) best = { perLine: 2 * perSide, pitch }
  }
  return best.perLine
}
