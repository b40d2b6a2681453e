import type { Feeder } from '../grid/feeder.ts'
import { feederTree } from '../grid/feeder-tree.ts'
import { PowerFlow } from '../grid/power-flow.ts'

/** The power flow of a feeder that a case describes, not solved yet. */
export function caseFlow(feeder: Feeder): PowerFlow {
  return new PowerFlow({ tree: feederTree(feeder, { file: 'feeder' }) })
}
