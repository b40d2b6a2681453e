import { breadthFirst, type Reached } from './breadth-first.ts'
import type { Feeder, Phase } from './feeder.ts'
import { type Branch, feederBranches } from './feeder-branches.ts'
import { FeederRefused } from './feeder-refused.ts'

/** How far a transformer's high side may be from the nominal voltage of its bus: more is a mistaken unit. */
const TAP_MAX = 0.2

/** Where something is connected that takes or gives power. */
export interface LoadPoint {
  /** Index of the bus in the tree. */
  readonly node: number
  readonly phase: Phase
}

/**
 * A feeder as the solvers want it: its buses in breadth-first order from the source (node 0), so that a bus stands
 * behind the one that feeds it, and branch `i` is the one that feeds bus `i`. Voltages are fractions of `baseV`, powers
 * VA a phase, so that a current of 1 is 1 VA a phase at the base voltage, impedances are ohms / baseV², and no
 * transformer's ratio appears any more. Branch 0 is the network behind the source.
 */
export interface FeederTree {
  readonly phases: 1 | 3
  readonly buses: readonly string[]
  readonly parent: Int32Array
  /** Positive-sequence impedance, real and imaginary part in turn. */
  readonly z1: Float64Array
  /** A third of zero less positive sequence: what the sum of three currents adds to each phase; 0 if balanced. */
  readonly zMutual: Float64Array
  /** 1 where a Dyn transformer feeds the bus. */
  readonly isDelta: Uint8Array
  /** Line-to-neutral V of what the solver calls 1: the source's nominal, through the ratios of the transformers. */
  readonly baseV: Float64Array
  /** Line-to-neutral V that `perUnit` is told against. */
  readonly nominalV: Float64Array
  /** What a branch may carry, A at its end away from the source; Infinity where nothing is said. */
  readonly ratingA: Float64Array
  /** Which entry of the file feeds each bus; null for the source. */
  readonly branches: readonly (Branch | null)[]
  /** The electromotive force, against the base voltage of the source. */
  readonly sourcePerUnit: number
  /** One for each load of the file, in its order. */
  readonly points: readonly LoadPoint[]
}

/** Where refusals are to point. */
interface Place {
  readonly file: string
}

/**
 * The tree of a feeder. Throws FeederRefused where it is none: a loop (by name), an island, two branches side by side,
 * a load on an unknown bus, and what three phases need and is missing.
 */
export function feederTree(feeder: Feeder, { file }: Place): FeederTree {
  const branches = feederBranches(feeder, file)
  const order = breadthFirst({ source: feeder.source.bus, branches, file })
  const count = order.length
  const tree = {
    phases: feeder.phases,
    buses: order.map(({ bus }) => bus),
    parent: Int32Array.from(order, ({ parent }) => parent),
    z1: new Float64Array(2 * count),
    zMutual: new Float64Array(2 * count),
    isDelta: new Uint8Array(count),
    baseV: new Float64Array(count),
    nominalV: new Float64Array(count),
    ratingA: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    branches: order.map(({ branch }) => branch),
    sourcePerUnit: feeder.source.perUnit,
  }
  const nominalV = feeder.source.voltageLineToLineV / Math.sqrt(3)
  tree.baseV[0] = nominalV
  tree.nominalV[0] = nominalV
  const { z1Ohm = [0, 0], z0Ohm = z1Ohm } = feeder.source
  if (feeder.phases === 3 && feeder.source.z1Ohm !== undefined && feeder.source.z0Ohm === undefined) {
    const expected = 'the zero-sequence impedance beside z1Ohm (phases is 3)'
    throw new FeederRefused({ file, field: 'source.z0Ohm', value: 'nothing', expected })
  }
  const put = (node: number, z1: readonly [number, number], z0: readonly [number, number]) => {
    const perBase = 1 / (tree.baseV[node] as number) ** 2
    for (const part of [0, 1] as const) {
      tree.z1[2 * node + part] = z1[part] * perBase
      if (feeder.phases === 3) tree.zMutual[2 * node + part] = ((z0[part] - z1[part]) / 3) * perBase
    }
  }
  put(0, z1Ohm, z0Ohm)
  for (let node = 1; node < count; node++) {
    const { parent, branch } = order[node] as Reached
    if (branch === null) continue
    tree.baseV[node] = (tree.baseV[parent] as number) * branch.ratio
    tree.nominalV[node] = branch.lowV === null ? (tree.nominalV[parent] as number) : branch.lowV / Math.sqrt(3)
    tree.ratingA[node] = branch.ratingA
    tree.isDelta[node] = branch.isDelta ? 1 : 0
    put(node, branch.z1Ohm, branch.z0Ohm)
    if (branch.highV === null) continue
    const bus = tree.buses[node] as string
    if (branch.to !== bus) {
      const expected = `the bus on the side of the source, ${JSON.stringify(branch.to)}`
      throw new FeederRefused({ file, field: `${branch.field}.from`, value: JSON.stringify(bus), expected })
    }
    const fromV = (tree.nominalV[parent] as number) * Math.sqrt(3)
    if (Math.abs(branch.highV / fromV - 1) > TAP_MAX) {
      const expected = `within 20 % of the ${Math.round(fromV)} V of bus ${JSON.stringify(branch.from)}`
      throw new FeederRefused({ file, field: `${branch.field}.highV`, value: `${branch.highV}`, expected })
    }
  }
  return { ...tree, points: loadPoints(feeder, tree.buses, file) }
}

function loadPoints(feeder: Feeder, buses: readonly string[], file: string): readonly LoadPoint[] {
  const nodeOf = new Map(buses.map((bus, node) => [bus, node]))
  return feeder.loads.map(({ bus, phase }, index) => {
    const node = nodeOf.get(bus)
    if (node === undefined) {
      const expected = 'a bus of a line, transformer or the source'
      throw new FeederRefused({ file, field: `loads.${index}.bus`, value: JSON.stringify(bus), expected })
    }
    if (feeder.phases === 1 && phase !== 'ABC') {
      const expected = 'ABC: with one phase all are alike (phases 3 tells them apart)'
      throw new FeederRefused({ file, field: `loads.${index}.phase`, value: JSON.stringify(phase), expected })
    }
    return { node, phase }
  })
}
