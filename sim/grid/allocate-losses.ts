import { marginalLosses } from './marginal-losses.ts'
import type { PowerFlow } from './power-flow.ts'
import type { Powers } from './powers.ts'

/**
 * How losses are shared out. `pro-rata`: by active power, in or out, wherever it is. `marginal`: by what a little more
 * at each point does to the losses, times its power, scaled to the sum, since losses are quadratic and unscaled shares
 * come to about twice of them; who lowers the losses is credited. `shapley`: each point's mean addition over every order
 * in which the points could have come; exact, 2^points solutions.
 */
export type LossAllocation = 'pro-rata' | 'marginal' | 'shapley'

/** How many points the exact Shapley value is found for. */
export const SHAPLEY_POINTS_MAX = 16

/** Marginal shares cannot be scaled where they come to less than this part of the losses: where next to no active power flows. */
const SCALABLE_SHARE = 0.01

/**
 * The losses of a feeder shared out to its points, W, adding up to the losses of that power flow. Throws NotConverged
 * as `solve` does, and RangeError where `shapley` is asked of more than 16 points that take or give anything. Marginal
 * shares fall back to pro-rata by apparent power where they cannot be scaled. The flow is left solved for `powers`.
 */
export function allocateLosses(
  flow: PowerFlow,
  options: { readonly powers: Powers; readonly method: LossAllocation },
): Float64Array {
  const { powers, method } = options
  if (method === 'shapley') return shapley(flow, powers)
  if (method === 'pro-rata') {
    flow.solve(powers)
    return scaled(powers.activeW.map(Math.abs), flow.totals().lossW)
  }
  const factors = marginalLosses(flow, powers)
  const { lossW } = flow.totals()
  const shares = factors.map((factor, point) => factor * (powers.activeW[point] as number))
  if (sum(shares) >= SCALABLE_SHARE * lossW) return scaled(shares, lossW)
  const apparent = powers.activeW.map((watts, point) => Math.hypot(watts, powers.reactiveVar[point] as number))
  return scaled(apparent, lossW)
}

function scaled(weights: Float64Array, total: number): Float64Array {
  const whole = sum(weights)
  return weights.map((weight) => (whole === 0 ? 0 : (weight * total) / whole))
}

const sum = (numbers: Float64Array) => numbers.reduce((total, number) => total + number, 0)

/** Shapley 1953: over every set of others, the loss with a point less the loss without it. */
function shapley(flow: PowerFlow, powers: Powers): Float64Array {
  const { activeW, reactiveVar } = powers
  const members = Array.from(activeW.keys()).filter((point) => activeW[point] !== 0 || reactiveVar[point] !== 0)
  if (members.length > SHAPLEY_POINTS_MAX) {
    throw new RangeError(
      `the Shapley value takes 2^points power flows: at most ${SHAPLEY_POINTS_MAX} points, not ${members.length}`,
    )
  }
  // The last set is all of them.
  const lossW = new Float64Array(2 ** members.length)
  const some = { activeW: new Float64Array(activeW.length), reactiveVar: new Float64Array(activeW.length) }
  for (let set = 0; set < lossW.length; set++) {
    for (const [bit, point] of members.entries()) {
      const isIn = (set >> bit) & 1
      some.activeW[point] = isIn * (activeW[point] as number)
      some.reactiveVar[point] = isIn * (reactiveVar[point] as number)
    }
    flow.solve(some)
    lossW[set] = flow.totals().lossW
  }
  const weights = orderShares(members.length)
  const shares = new Float64Array(activeW.length)
  for (const [bit, point] of members.entries()) {
    for (let set = 0; set < lossW.length; set++) {
      if (((set >> bit) & 1) === 1) continue
      const added = (lossW[set | (1 << bit)] as number) - (lossW[set] as number)
      shares[point] = (shares[point] as number) + (weights[countOfBits(set)] as number) * added
    }
  }
  return shares
}

/** For a set of so many others, the share of all orders in which exactly they came before: s! (n − s − 1)! / n!. */
function orderShares(count: number): readonly number[] {
  const shares = [1 / count]
  for (let size = 1; size < count; size++) shares.push(((shares[size - 1] as number) * size) / (count - size))
  return shares
}

function countOfBits(set: number): number {
  let count = 0
  for (let rest = set; rest > 0; rest &= rest - 1) count++
  return count
}
