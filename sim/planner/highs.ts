import type { Highs } from 'highs'
import type { LinearProgram, Optimum, Solver, SolverMethod } from './linear-program.ts'

/** What the module is; its types describe it as if it were CommonJS. */
interface HighsModule {
  readonly default: () => Promise<Highs>
}

/** The solver (HiGHS, by its WebAssembly build): the same program gives the same optimum on every machine. */
export async function openSolver(): Promise<Solver> {
  // Loaded only where somebody plans: it is 3.5 MB.
  const highs = await ((await import('highs')) as unknown as HighsModule).default()
  return (program: LinearProgram, method: SolverMethod = 'simplex'): Optimum => {
    const model = highs.createModel({
      numCols: program.columnCosts.length,
      numRows: program.rowLows.length,
      colCost: program.columnCosts,
      colLower: program.columnLows,
      colUpper: program.columnHighs,
      rowLower: program.rowLows,
      rowUpper: program.rowHighs,
      matrix: {
        format: 'csr',
        numRows: program.rowLows.length,
        numCols: program.columnCosts.length,
        starts: program.rowStarts,
        indices: program.columns,
        values: program.factors,
      },
    })
    try {
      model.options.set({ output_flag: false, random_seed: 0, solver: method === 'simplex' ? 'choose' : 'ipm' })
      model.run()
      const status = model.getModelStatus()
      const { colValue, rowDual } = model.getSolution()
      if (status !== highs.constants.modelStatus.optimal) throw new Error(`the plan has no optimum (status ${status})`)
      return { values: Float64Array.from(colValue), rowPrices: Float64Array.from(rowDual) }
    } finally {
      model.dispose()
    }
  }
}
