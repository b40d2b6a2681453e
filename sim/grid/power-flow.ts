import type { FeederTree } from './feeder-tree.ts'
import { type FlowTotals, flowTotals } from './flow-totals.ts'
import { LoadSlots } from './load-slots.ts'
import { mergeChains } from './merge-chains.ts'
import { NotConverged } from './not-converged.ts'
import type { Powers } from './powers.ts'
import { sweepBalanced } from './sweep-balanced.ts'
import { sweepThreePhase } from './sweep-three-phase.ts'
import { type Sweep, type SweepArrays, type SweepTree, wholeTree } from './sweep-tree.ts'

/** How close to the solution the voltages are to be that the last currents follow from, per unit; the result is closer. */
const TOLERANCE = 1e-8
/** Smaller steps are rounding and do not shrink any more. */
const ROUNDING = 1e-13
/** Near a collapse convergence is slow; what has not settled by then has no solution. */
const ITERATIONS_MAX = 2_000

/** A solved feeder at every bus, as in FeederTree: node × phase × real and imaginary part. */
export interface FlowState {
  readonly tree: FeederTree
  /** Against baseV. */
  readonly voltage: Float64Array
  /** Of the branch that feeds each bus, in VA a phase: divided by baseV it is A at the end away from the source. */
  readonly current: Float64Array
}

/**
 * Power flow of one feeder with constant-power loads between phase and neutral, by backward and forward sweeps. It is
 * made once and solves many times, without allocating; each solution starts from the one before it unless `restart` is
 * called. `buses: 'loaded'` sweeps only over buses that matter (see mergeChains), with the same results.
 */
export class PowerFlow {
  readonly tree: FeederTree
  readonly swept: SweepTree
  /** Of the swept buses, as in FlowState: valid after `solve`. */
  readonly voltage: Float64Array
  readonly current: Float64Array
  readonly #sweep: Sweep
  readonly #arrays: SweepArrays
  readonly #noLoad: Float64Array
  readonly #tolerance: number
  readonly #slots: LoadSlots
  readonly #whole: SweepTree
  readonly #wholeArrays: SweepArrays
  readonly #state: FlowState
  #isSolved = false

  constructor(options: {
    readonly tree: FeederTree
    readonly buses?: 'all' | 'loaded'
    /** How close to the solution the voltages are to be that the last currents follow from, per unit; 1e-8. */
    readonly tolerance?: number
  }) {
    const { tree, buses = 'loaded', tolerance = TOLERANCE } = options
    this.tree = tree
    this.#whole = wholeTree(tree)
    this.swept = buses === 'all' ? this.#whole : mergeChains(tree)
    this.#sweep = tree.phases === 1 ? sweepBalanced : sweepThreePhase
    this.#tolerance = tolerance
    this.#arrays = arraysOf(tree, this.swept)
    this.#wholeArrays = arraysOf(tree, this.#whole)
    const stride = 2 * tree.phases
    this.voltage = this.#arrays.voltage.subarray(0, stride * this.swept.nodes.length)
    this.current = this.#arrays.current
    const { current, voltage } = this.#wholeArrays
    this.#state = { tree, current, voltage: voltage.subarray(0, stride * tree.buses.length) }
    this.#slots = new LoadSlots(tree, this.swept)
    this.#sweep.forward(this.swept, this.#arrays)
    this.#noLoad = this.voltage.slice()
  }

  /** Forgets the last solution: the next one starts from the voltages without load. */
  restart(): void {
    this.voltage.set(this.#noLoad)
  }

  /**
   * Solves for the powers of all points and gives the number of iterations. Throws NotConverged, with the bus, where
   * there is no solution; then there are no voltages to read.
   */
  solve(powers: Powers): number {
    this.#isSolved = false
    const slots = this.#slots
    slots.take(powers)
    let stepBefore = 0
    for (let iteration = 1; iteration <= ITERATIONS_MAX; iteration++) {
      const step = slots.drawCurrents(this.#arrays)
      if (!Number.isFinite(step)) throw this.#notConverged(iteration - 1)
      this.#sweep.backward(this.swept, this.#arrays)
      this.#sweep.forward(this.swept, this.#arrays)
      // Steps shrink by about the same ratio: this sweep is the last that matters where the sum of the rest does not.
      const ratio = step / stepBefore
      const isLast = step < ROUNDING || (ratio < 1 && (step * ratio) / (1 - ratio) < this.#tolerance)
      if (iteration > 1 && isLast) {
        this.#isSolved = true
        return iteration
      }
      // The first step is from the voltages of another solution.
      stepBefore = iteration > 1 ? step : 0
    }
    throw this.#notConverged(ITERATIONS_MAX)
  }

  #notConverged(iterations: number): NotConverged {
    const { place, step } = this.#slots.farthest(this.#arrays)
    this.restart()
    const bus = this.tree.buses[this.swept.nodes[place] as number] as string
    return new NotConverged({ bus, iterations, lastStep: step })
  }

  /** Whether there is a solution to read. */
  get isSolved(): boolean {
    return this.#isSolved
  }

  /** What the last solution takes from the source bus and loses. Throws if there is none. */
  totals(): FlowTotals {
    this.#assertSolved()
    return flowTotals(this.tree.phases, this.swept, this.#arrays)
  }

  /**
   * The last solution at every bus and branch, those that were merged included. Throws if there is none. The arrays
   * are the same ones each time.
   */
  state(): FlowState {
    this.#assertSolved()
    const { tree } = this
    const { carrier } = this.swept
    const stride = 2 * tree.phases
    const { current } = this.#state
    for (let node = 0; node < tree.buses.length; node++) {
      const carrying = carrier[node] as number
      for (let part = 0; part < stride; part++) {
        current[stride * node + part] = carrying === -1 ? 0 : (this.current[stride * carrying + part] as number)
      }
    }
    this.#sweep.forward(this.#whole, this.#wholeArrays)
    return this.#state
  }

  #assertSolved(): void {
    if (!this.#isSolved) throw new Error('the power flow has not been solved')
  }
}

/** The arrays of a sweep, with the electromotive force in its place: phases A, B and C a third of a turn apart. */
function arraysOf({ phases, sourcePerUnit }: FeederTree, { nodes }: SweepTree): SweepArrays {
  const stride = 2 * phases
  const voltage = new Float64Array(stride * (nodes.length + 1))
  for (const [phase, turn] of [0, -1, 1].slice(0, phases).entries()) {
    const angle = (2 * Math.PI * turn) / 3
    const at = stride * nodes.length + 2 * phase
    voltage[at] = sourcePerUnit * Math.cos(angle)
    voltage[at + 1] = sourcePerUnit * Math.sin(angle)
  }
  return { voltage, current: new Float64Array(stride * nodes.length) }
}
