import type { FlowState } from './power-flow.ts'
import type { Powers } from './powers.ts'

const PER_ROOT_3 = 1 / Math.sqrt(3)
const PHASES_OF = { ABC: [0, 1, 2], A: [0], B: [1], C: [2] } as const

/**
 * What each point adds to the losses of a solved feeder, W: of each branch on its way to the source R × Re(conj(I) × i)
 * of the branch's current I and the point's part i of it (branch current decomposition, Carpaneto, Chicco and Akilimali
 * 2006). The parts of a branch are its current, so the shares add up to the losses, and no other power flow is needed.
 * Who takes energy where others feed it in lowers them, and has less than 0.
 */
export function currentLosses(state: FlowState, powers: Powers): Float64Array {
  const { tree, voltage } = state
  const { phases } = tree
  const stride = 2 * phases
  const drops = dropsOf(state)
  const alike = phases === 1 ? 3 : 1
  return Float64Array.from(tree.points, ({ node, phase }, point) => {
    const on = phases === 1 ? [0] : PHASES_OF[phase]
    const part = phase === 'ABC' ? 1 / 3 : 1
    const [watts, vars] = [part * (powers.activeW[point] as number), part * (powers.reactiveVar[point] as number)]
    let share = 0
    for (const one of on) {
      const at = stride * node + 2 * one
      const [re, im] = [voltage[at] as number, voltage[at + 1] as number]
      const scale = 1 / (re * re + im * im)
      // conj(S / V)
      const [currentRe, currentIm] = [scale * (watts * re + vars * im), scale * (watts * im - vars * re)]
      share += (drops[at] as number) * currentRe + (drops[at + 1] as number) * currentIm
    }
    return alike * share
  })
}

/** By node and phase the sum of R × I over the branches on the way to the source, seen from the node; real and imaginary. */
function dropsOf({ tree, current }: FlowState): Float64Array {
  const { parent, z1, zMutual, isDelta, phases } = tree
  const stride = 2 * phases
  const drops = new Float64Array(current.length)
  for (let node = 1; node < parent.length; node++) {
    const at = stride * node
    const up = stride * (parent[node] as number)
    const [own, mutual] = [z1[2 * node] as number, zMutual[2 * node] as number]
    for (let part = 0; part < stride; part++) {
      let above = drops[up + part] as number
      // A current below a Dyn transformer flows in two windings above it, in the second of them backwards.
      if (isDelta[node] === 1) above = (above - (drops[up + ((part + stride - 2) % stride)] as number)) * PER_ROOT_3
      let together = 0
      for (let phase = part % 2; phase < stride; phase += 2) together += current[at + phase] as number
      drops[at + part] = above + own * (current[at + part] as number) + mutual * together
    }
  }
  return drops
}
