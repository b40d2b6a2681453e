import { Effect } from 'effect'
import { openSolver } from './highs.ts'
import type { Solver } from './linear-program.ts'

/** A solver that is named before it is there. */
export interface LateSolver {
  /** Throws Error before `open` has run. */
  readonly solve: Solver
  /** Loads it, once. */
  readonly open: Effect.Effect<void>
}

export function lateSolver(): LateSolver {
  let loaded: Solver | null = null
  return {
    solve: (program, method) => {
      if (loaded === null) throw new Error('a street with planned homes is to be made ready first')
      return loaded(program, method)
    },
    open: Effect.suspend(() =>
      loaded === null
        ? Effect.promise(async () => {
            loaded = await openSolver()
          })
        : Effect.void,
    ),
  }
}
