import type { PowerFlow } from './power-flow.ts'
import type { Powers } from './powers.ts'

/** By how much a load is changed to see what it does, W: small against any load, large against what a solution leaves open. */
const STEP_W = 10

/**
 * By how much the losses of a feeder grow where a point takes more, W a W, by central differences: two solutions a
 * point. What is fed in there changes them by the opposite. Throws NotConverged as `solve` does; the flow is left
 * solved for `powers`.
 */
export function marginalLosses(flow: PowerFlow, powers: Powers): Float64Array {
  const activeW = powers.activeW.slice()
  const changed = { activeW, reactiveVar: powers.reactiveVar }
  const lossAt = (point: number, changeW: number) => {
    activeW[point] = (powers.activeW[point] as number) + changeW
    flow.solve(changed)
    activeW[point] = powers.activeW[point] as number
    return flow.totals().lossW
  }
  const factors = powers.activeW.map((_, point) => (lossAt(point, STEP_W) - lossAt(point, -STEP_W)) / (2 * STEP_W))
  flow.solve(powers)
  return factors
}
