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

interface Reached {
  readonly bus: string
  readonly parent: number
  readonly branch: Branch | null
}

/** The buses from the source on, nearest first. */
function breadthFirst(options: {
  readonly source: string
  readonly branches: readonly Branch[]
  readonly file: string
}): readonly Reached[] {
  const { source, branches, file } = options
  const at = new Map<string, Branch[]>()
  const join = (bus: string, branch: Branch) => {
    const there = at.get(bus)
    if (there === undefined) at.set(bus, [branch])
    else there.push(branch)
  }
  for (const branch of branches) {
    join(branch.from, branch)
    join(branch.to, branch)
  }
  if (branches.length > 0 && !at.has(source)) {
    const expected = 'a bus at an end of a line or transformer'
    throw new FeederRefused({ file, field: 'source.bus', value: JSON.stringify(source), expected })
  }
  const order: Reached[] = [{ bus: source, parent: -1, branch: null }]
  const nodeOf = new Map([[source, 0]])
  for (let node = 0; node < order.length; node++) {
    const { bus, branch: feeding } = order[node] as Reached
    for (const branch of at.get(bus) ?? []) {
      if (branch === feeding) continue
      const far = branch.from === bus ? branch.to : branch.from
      const known = nodeOf.get(far)
      if (known !== undefined) throw loopRefused({ file, branch, order, ends: [node, known] })
      nodeOf.set(far, order.length)
      order.push({ bus: far, parent: node, branch })
    }
  }
  const island = branches.find(({ from }) => !nodeOf.has(from))
  if (island !== undefined) {
    const expected = `a bus that is connected with the source, ${JSON.stringify(source)}`
    throw new FeederRefused({ file, field: `${island.field}.from`, value: JSON.stringify(island.from), expected })
  }
  return order
}

/** How many buses of a loop are named at each of its sides. */
const NAMED_MAX = 8

/** A feeder that is not radial, by the name of its loop. */
function loopRefused(options: {
  readonly file: string
  readonly branch: Branch
  readonly order: readonly Reached[]
  readonly ends: readonly [number, number]
}): FeederRefused {
  const { file, branch, order } = options
  let [one, other] = options.ends
  const field = branch.field
  const left = [one]
  const right = [other]
  while (one !== other) {
    if (one > other) {
      one = (order[one] as Reached).parent
      left.push(one)
    } else {
      other = (order[other] as Reached).parent
      right.push(other)
    }
  }
  const loop = [...left.reverse(), ...right.slice(0, -1), left[0] as number].map((node) => (order[node] as Reached).bus)
  if (loop.length === 2) {
    return new FeederRefused({ file, field: `${field}.to`, value: JSON.stringify(branch.to), expected: 'another bus' })
  }
  const beside = loop.length === 3 ? ` (${sideBySide(order, options.ends)} is beside it)` : ''
  const named = loop.length > 2 * NAMED_MAX ? [...loop.slice(0, NAMED_MAX), '…', ...loop.slice(-NAMED_MAX)] : loop
  return new FeederRefused({
    file,
    field,
    value: `the loop ${named.join(' – ')}${beside}`,
    expected: 'a radial feeder',
  })
}

/** The entry of the file that joins two buses already. */
function sideBySide(order: readonly Reached[], ends: readonly [number, number]): string {
  return (order[Math.max(...ends)] as Reached).branch?.field ?? ''
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
