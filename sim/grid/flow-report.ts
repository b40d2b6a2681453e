import type { FeederTree } from './feeder-tree.ts'
import type { Limits, Violation } from './limits.ts'
import type { PowerFlow } from './power-flow.ts'
import { magnitudes, unbalancePercent } from './sequences.ts'
import { violationsOf } from './violations-of.ts'

/** One number where the phases are balanced, three otherwise. */
export type PerPhase = number | readonly number[]

interface BusReport {
  /** Against the nominal voltage of the bus. */
  readonly perUnit: PerPhase
  /** Line to neutral. */
  readonly volts: PerPhase
  /** Against phase A of the source; balanced without the turn of vector groups. */
  readonly angleDeg: PerPhase
  /** Negative over positive sequence. */
  readonly unbalancePercent?: number
}

interface BranchReport {
  readonly from: string
  readonly to: string
  /** A transformer's at its low side. */
  readonly amps: PerPhase
  /** The sum of three phases: what the neutral carries. */
  readonly neutralAmps?: number
}

/** A solved feeder as `commonwatt powerflow --json` prints it: kW, kvar, V line to neutral, A. */
export interface FlowReport {
  readonly converged: true
  readonly iterations: number
  readonly lossKw: number
  readonly lossKvar: number
  /** Through the source bus into the feeder; what the network behind it loses is not in it. */
  readonly sourceKw: number
  readonly sourceKvar: number
  readonly buses: Readonly<Record<string, BusReport>>
  readonly lines: readonly BranchReport[]
  readonly transformers: readonly BranchReport[]
  readonly violations: readonly Violation[]
}

/** The last solution of a power flow, in `iterations`, as a report. Throws if there is none. */
export function flowReport(
  flow: PowerFlow,
  options: { readonly iterations: number; readonly limits: Limits },
): FlowReport {
  const { tree } = flow
  const state = flow.state()
  const { lossW, lossVar, sourceW, sourceVar } = flow.totals()
  const perPhase = (values: readonly number[]): PerPhase => (tree.phases === 1 ? (values[0] as number) : values)
  const buses = tree.buses.map((bus, node): [string, BusReport] => {
    const volts = magnitudes(state.voltage, node, tree.phases).map((one) => one * (tree.baseV[node] as number))
    return [
      bus,
      {
        perUnit: perPhase(volts.map((one) => one / (tree.nominalV[node] as number))),
        volts: perPhase(volts),
        angleDeg: perPhase(anglesDeg(state.voltage, node, tree.phases)),
        ...(tree.phases === 1 ? {} : { unbalancePercent: unbalancePercent(state.voltage, node) }),
      },
    ]
  })
  return {
    converged: true,
    iterations: options.iterations,
    lossKw: lossW / 1_000,
    lossKvar: lossVar / 1_000,
    sourceKw: sourceW / 1_000,
    sourceKvar: sourceVar / 1_000,
    buses: Object.fromEntries(buses),
    lines: branchReports({ tree, current: state.current, kind: 'line' }),
    transformers: branchReports({ tree, current: state.current, kind: 'transformer' }),
    violations: violationsOf(state, options.limits),
  }
}

/** The branches of a kind in the order of the file. */
function branchReports(options: {
  readonly tree: FeederTree
  readonly current: Float64Array
  readonly kind: 'line' | 'transformer'
}): readonly BranchReport[] {
  const { tree, current, kind } = options
  const reports: BranchReport[] = []
  for (const [node, branch] of tree.branches.entries()) {
    if (branch?.kind !== kind) continue
    const baseV = tree.baseV[node] as number
    const amps = magnitudes(current, node, tree.phases).map((one) => one / baseV)
    const { from, to } = branch
    reports[branch.index] =
      tree.phases === 1
        ? { from, to, amps: amps[0] as number }
        : { from, to, amps, neutralAmps: sumOfPhases(current, node) / baseV }
  }
  return reports
}

function sumOfPhases(numbers: Float64Array, node: number): number {
  const at = 6 * node
  const re = (numbers[at] as number) + (numbers[at + 2] as number) + (numbers[at + 4] as number)
  const im = (numbers[at + 1] as number) + (numbers[at + 3] as number) + (numbers[at + 5] as number)
  return Math.hypot(re, im)
}

function anglesDeg(numbers: Float64Array, node: number, phases: 1 | 3): readonly number[] {
  return Array.from({ length: phases }, (_, phase) => {
    const at = 2 * (phases * node + phase)
    return (Math.atan2(numbers[at + 1] as number, numbers[at] as number) * 180) / Math.PI
  })
}
