/** Where the cells of streets are in a room of `length` × `breadth` px: each street in one row, or winding in several. */
export interface StreetRows {
  /** a cell's length along the street, and the room on each side of it */
  readonly step: number
  readonly depth: number
  /** a place of a street: cells along it, px aside */
  readonly place: (street: number, along: number, aside: number) => RowPlace
  /** 1 where a street runs away from the transformer, −1 where it comes back */
  readonly turn: (street: number, along: number) => 1 | -1
  /** from one place of a street to a later one, round the bends between them */
  readonly way: (street: number, from: Aside, to: Aside) => RowPlace[]
}

/** px from the beginning of the room along the streets, and across. */
export interface RowPlace {
  readonly along: number
  readonly beside: number
}

interface Aside {
  readonly along: number
  readonly aside: number
}

/** Of streets of several lengths a short one does not fill a long row: a cell is at most so many times its depth. */
const STRETCH_MAX = 3.6
const BEND_PIECES = 16
/** Side lines leave at a slant of so many cells. */
const SLANT = 0.3

/** Finds the largest cells with which streets of these lengths fit, `shape` times as deep as they are long. */
export function streetRows(
  lengths: readonly number[],
  room: { readonly length: number; readonly breadth: number; readonly shape: number },
): StreetRows {
  let bend = 0
  let rows = bestRows(lengths, room)
  if (rows.some((count) => count > 1)) {
    bend = Math.min(room.breadth / 2 / sum(rows), room.length * 0.08)
    rows = bestRows(lengths, { ...room, length: room.length - 2 * bend })
  }
  const usable = room.length - 2 * bend
  const depth = room.breadth / sum(rows) / 2
  const perRows = lengths.map((length, street) => Math.ceil(length / (rows[street] as number)))
  const longest = Math.max(STRETCH_MAX * depth, usable / Math.max(...perRows))
  let above = 0
  const streets = perRows.map((perRow, street) => {
    const count = rows[street] as number
    const first = above
    above += count
    return { first, perRow, step: Math.min(usable / perRow, longest), rows: count }
  })
  const rowOf = (street: number, along: number) => {
    const { perRow, rows: count } = streets[street] as (typeof streets)[number]
    return Math.max(0, Math.min(count - 1, Math.floor(along / perRow)))
  }
  const inRow = (street: number, row: number, at: Aside): RowPlace => {
    const { first, perRow, step: long } = streets[street] as (typeof streets)[number]
    const gone = (at.along - row * perRow) * long
    const back = row % 2 === 1
    return {
      along: bend + (back ? perRow * long - gone : gone),
      beside: (2 * (first + row) + 1) * depth + (back ? -at.aside : at.aside),
    }
  }
  const place = (street: number, along: number, aside: number) => inRow(street, rowOf(street, along), { along, aside })
  return {
    step: Math.min(...streets.map((street) => street.step), room.length),
    depth,
    place,
    turn: (street, along) => (rowOf(street, along) % 2 === 0 ? 1 : -1),
    way(street, from, to) {
      const { perRow, step: long } = streets[street] as (typeof streets)[number]
      const points: RowPlace[] = []
      const [fromRow, toRow] = [rowOf(street, from.along), rowOf(street, to.along)]
      const piece = Math.max(Math.min(0.5, 60 / long), 18 / long)
      /** A straight part in one row, in pieces short enough to sway. */
      const run = (row: number, begin: number, end: number) => {
        const pieces = Math.max(1, Math.ceil((end - begin) / piece))
        for (let i = 0; i <= pieces; i++) {
          points.push(inRow(street, row, { along: begin + ((end - begin) * i) / pieces, aside: to.aside }))
        }
      }
      let begin = from.along
      if (from.aside !== to.aside) {
        points.push(inRow(street, fromRow, from))
        begin = Math.min(to.along, from.along + SLANT, (fromRow + 1) * perRow)
      }
      for (let row = fromRow; row <= toRow; row++) {
        run(row, begin, row === toRow ? to.along : (row + 1) * perRow)
        begin = (row + 1) * perRow
        if (row === toRow) break
        const end = inRow(street, row, { along: begin, aside: to.aside })
        const next = inRow(street, row + 1, { along: begin, aside: to.aside })
        const outward = row % 2 === 0 ? 1 : -1
        const reach = bend * 0.75 * Math.abs((next.beside - end.beside) / (2 * depth))
        for (let i = 1; i < BEND_PIECES; i++) {
          const angle = (Math.PI * i) / BEND_PIECES
          points.push({
            along: end.along + outward * reach * Math.sin(angle),
            beside: end.beside + ((next.beside - end.beside) * (1 - Math.cos(angle))) / 2,
          })
        }
      }
      return points
    },
  }
}

const sum = (rows: readonly number[]) =>
  Math.max(
    1,
    rows.reduce((all, some) => all + some, 0),
  )

/** Longer streets wind in more rows than this only if there are more of them. */
const ROWS_MAX = 60

/** In how many rows each street winds so that the cells become largest: the narrower side counts, then the other. */
function bestRows(lengths: readonly number[], room: Parameters<typeof streetRows>[1]): number[] {
  let best = { rows: lengths.map(() => 1), score: 0 }
  const tried = new Set<string>()
  for (const longest of new Set(lengths)) {
    for (let count = 1; count <= ROWS_MAX; count++) {
      const step = (room.length * count) / longest
      const rows = lengths.map((length) => Math.max(1, Math.ceil((length * step) / room.length - 1e-9)))
      const key = rows.join()
      if (tried.has(key)) continue
      tried.add(key)
      const deep = room.breadth / sum(rows) / 2 / room.shape
      const long = Math.min(...lengths.map((length, i) => room.length / Math.ceil(length / (rows[i] as number))))
      const score = Math.min(long, deep) + 0.05 * Math.min(Math.max(long, deep), 3 * Math.min(long, deep))
      if (score > best.score) best = { rows, score }
      if (deep < long / 4) break
    }
  }
  return best.rows
}
