import { feederTree } from '#sim/grid/feeder-tree.ts'
import { EN_50160 } from '#sim/grid/limits.ts'
import { type Feeder, type FlowReport, feederPowers, flowReport, PowerFlow } from '#sim/index.ts'

/** A feeder's power flow, not solved yet. */
export const flowOf = (feeder: Feeder, options: { readonly buses?: 'all' | 'loaded' } = {}): PowerFlow =>
  new PowerFlow({ tree: feederTree(feeder, { file: 'feeder' }), ...options })

/** A feeder, solved. */
export function solved(feeder: Feeder, options: { readonly buses?: 'all' | 'loaded' } = {}): FlowReport {
  const flow = flowOf(feeder, options)
  return flowReport(flow, { iterations: flow.solve(feederPowers(feeder)), limits: EN_50160 })
}
