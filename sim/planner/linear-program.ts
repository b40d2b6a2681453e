/** Rows and columns of a linear program: minimise cost × values with low ≤ value ≤ high, and low ≤ row ≤ high. */
export interface LinearProgram {
  readonly columnCosts: readonly number[]
  readonly columnLows: readonly number[]
  readonly columnHighs: readonly number[]
  readonly rowLows: readonly number[]
  readonly rowHighs: readonly number[]
  /** where each row begins in `columns` and `factors`, and where the last one ends */
  readonly rowStarts: readonly number[]
  readonly columns: readonly number[]
  readonly factors: readonly number[]
}

/** The values that make the least cost, and what one more of each row's sum would add to it. */
export interface Optimum {
  readonly values: Float64Array
  readonly rowPrices: Float64Array
}

/** How to look for the optimum: along the edges of what is possible, or through its middle, which suits large networks. */
export type SolverMethod = 'simplex' | 'interior-point'

/** Solves linear programs, by the simplex unless told otherwise. Throws Error on one that has no optimum. */
export type Solver = (program: LinearProgram, method?: SolverMethod) => Optimum

/** A linear program as it is written down. */
export class ProgramDraft implements LinearProgram {
  readonly columnCosts: number[] = []
  readonly columnLows: number[] = []
  readonly columnHighs: number[] = []
  readonly rowLows: number[] = []
  readonly rowHighs: number[] = []
  readonly rowStarts: number[] = [0]
  readonly columns: number[] = []
  readonly factors: number[] = []

  /** A value to be found; answers its place. */
  column(bounds: { readonly cost?: number; readonly low?: number; readonly high?: number }): number {
    this.columnCosts.push(bounds.cost ?? 0)
    this.columnLows.push(bounds.low ?? 0)
    this.columnHighs.push(bounds.high ?? Number.POSITIVE_INFINITY)
    return this.columnCosts.length - 1
  }

  /** Sum of factor × value of these columns = `is`; answers the place of the row. */
  equation(is: number, terms: readonly (readonly [column: number, factor: number])[]): number {
    for (const [column, factor] of terms) {
      this.columns.push(column)
      this.factors.push(factor)
    }
    this.rowLows.push(is)
    this.rowHighs.push(is)
    this.rowStarts.push(this.columns.length)
    return this.rowLows.length - 1
  }
}
