import type { Limits, Violation } from './limits.ts'
import type { FlowState } from './power-flow.ts'
import { magnitudes, unbalancePercent } from './sequences.ts'

const PHASES = ['A', 'B', 'C'] as const

/** Every limit that a solved feeder breaks, at every bus and branch, from the source on. */
export function violationsOf(state: FlowState, limits: Limits): readonly Violation[] {
  const { tree } = state
  const { phases } = tree
  const phaseOf = (phase: number) => (phases === 1 ? {} : { phase: PHASES[phase] as (typeof PHASES)[number] })
  return tree.buses.flatMap((bus, node): Violation[] => {
    const found: Violation[] = []
    const toPerUnit = (tree.baseV[node] as number) / (tree.nominalV[node] as number)
    const voltages = magnitudes(state.voltage, node, phases).map((voltage) => voltage * toPerUnit)
    const lowest = Math.min(...voltages)
    const highest = Math.max(...voltages)
    if (lowest < limits.lowPerUnit) {
      const at = { bus, ...phaseOf(voltages.indexOf(lowest)) }
      found.push({ kind: 'undervoltage', ...at, perUnit: lowest, limitPerUnit: limits.lowPerUnit })
    }
    if (highest > limits.highPerUnit) {
      const at = { bus, ...phaseOf(voltages.indexOf(highest)) }
      found.push({ kind: 'overvoltage', ...at, perUnit: highest, limitPerUnit: limits.highPerUnit })
    }
    const percent = phases === 1 ? 0 : unbalancePercent(state.voltage, node)
    if (percent > limits.unbalancePercent) {
      found.push({ kind: 'unbalance', bus, percent, limitPercent: limits.unbalancePercent })
    }
    const branch = tree.branches[node]
    const ratingA = tree.ratingA[node] as number
    if (branch === null || branch === undefined || ratingA === Number.POSITIVE_INFINITY) return found
    const amps = magnitudes(state.current, node, phases).map((current) => current / (tree.baseV[node] as number))
    const largest = Math.max(...amps)
    if (largest > ratingA) {
      const at = { from: branch.from, to: branch.to, ...phaseOf(amps.indexOf(largest)) }
      found.push({ kind: 'overload', ...at, amps: largest, ratingA })
    }
    return found
  })
}
