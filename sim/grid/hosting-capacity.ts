import { LimitCheck } from './limit-check.ts'
import type { Limits, Violation } from './limits.ts'
import { NotConverged } from './not-converged.ts'
import type { PowerFlow } from './power-flow.ts'
import type { Powers } from './powers.ts'

/** What a feeder can take on. */
export interface HostingCapacity {
  /** How much more each of the points can have at the same time; whole W. */
  readonly perPointW: number
  /** What breaks a watt above; `collapse` where there would be no solution; null if nothing does up to the most that was asked for. */
  readonly limitedBy: Violation | 'collapse' | null
}

/**
 * The most active power that can be added at each of some points at once, as generation or as load, until a limit
 * breaks: found by halving, between 0 and `maxW` (100,000), on top of `powers`. 0 where one is broken before anything
 * is added. The flow is left at another solution.
 */
export function hostingCapacity(
  flow: PowerFlow,
  options: {
    readonly powers: Powers
    /** Which points of the tree, by index. */
    readonly points: readonly number[]
    readonly add: 'generation' | 'load'
    readonly limits: Limits
    readonly maxW?: number
  },
): HostingCapacity {
  const { powers, points, add, limits, maxW = 100_000 } = options
  const check = new LimitCheck(flow, limits)
  const activeW = powers.activeW.slice()
  const broken = (addedW: number): Violation | 'collapse' | null => {
    activeW.set(powers.activeW)
    for (const point of points) activeW[point] = (activeW[point] as number) + (add === 'load' ? addedW : -addedW)
    try {
      flow.solve({ activeW, reactiveVar: powers.reactiveVar })
    } catch (error) {
      if (error instanceof NotConverged) return 'collapse'
      throw error
    }
    return check.violations()[0] ?? null
  }
  let limitedBy = broken(maxW)
  if (limitedBy === null) return { perPointW: maxW, limitedBy }
  let holdsW = -1
  let breaksW = maxW
  while (breaksW - holdsW > 1) {
    const middleW = Math.floor((holdsW + breaksW) / 2)
    const found = broken(middleW)
    if (found === null) holdsW = middleW
    else {
      breaksW = middleW
      limitedBy = found
    }
  }
  return { perPointW: Math.max(0, holdsW), limitedBy }
}
