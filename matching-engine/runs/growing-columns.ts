type Column = Float64Array | Int32Array | Uint8Array
type Kind = 'double' | 'int' | 'byte'

const FIRST_ROWS = 1_024
const arrays = { double: Float64Array, int: Int32Array, byte: Uint8Array } as const

/** Rows of numbers as typed columns that grow, up to so many rows: then the older half is forgotten. */
export class GrowingColumns<Name extends string> {
  readonly #rowsMax: number
  readonly #names: readonly Name[]
  readonly #columns: Record<Name, Column>
  #rows = 0
  #forgotten = 0

  constructor(kinds: Readonly<Record<Name, Kind>>, rowsMax: number) {
    this.#rowsMax = rowsMax
    this.#names = Object.keys(kinds) as Name[]
    this.#columns = Object.fromEntries(
      Object.entries<Kind>(kinds).map(([name, kind]) => [name, new arrays[kind](FIRST_ROWS)]),
    ) as Record<Name, Column>
  }

  get rows(): number {
    return this.#rows
  }

  /** How many rows were there once and are not any more. */
  get forgotten(): number {
    return this.#forgotten
  }

  add(row: Readonly<Record<Name, number>>): void {
    if (this.#rows === this.#rowsMax) this.#forgetHalf()
    for (const name of this.#names) {
      const column = this.#columns[name]
      const wide = this.#rows < column.length ? column : this.#grown(name, column)
      wide[this.#rows] = row[name]
    }
    this.#rows++
  }

  value(name: Name, row: number): number {
    return this.#columns[name][row] ?? Number.NaN
  }

  /** The first row whose value in an ascending column is above a bound. */
  firstAbove(name: Name, bound: number): number {
    let low = 0
    let high = this.#rows
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.value(name, middle) <= bound) low = middle + 1
      else high = middle
    }
    return low
  }

  #grown(name: Name, column: Column): Column {
    const Wide = column.constructor as new (length: number) => Column
    const wide = new Wide(Math.min(this.#rowsMax, column.length * 2))
    wide.set(column)
    this.#columns[name] = wide
    return wide
  }

  #forgetHalf(): void {
    const half = this.#rows >>> 1
    for (const name of this.#names) this.#columns[name].copyWithin(0, half, this.#rows)
    this.#rows -= half
    this.#forgotten += half
  }
}
