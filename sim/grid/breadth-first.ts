import type { Branch } from './feeder-branches.ts'
import { FeederRefused } from './feeder-refused.ts'

/** A bus in the order of the tree: what feeds it, and through which branch; −1 and null for the source. */
export interface Reached {
  readonly bus: string
  readonly parent: number
  readonly branch: Branch | null
}

/** The buses from the source on, nearest first. Throws FeederRefused where the branches make no tree of all buses. */
export function breadthFirst(options: {
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
