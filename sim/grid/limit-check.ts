import type { Limits, Violation } from './limits.ts'
import type { PowerFlow } from './power-flow.ts'
import { violationsOf } from './violations-of.ts'

const HALF_ROOT_3 = Math.sqrt(3) / 2

/**
 * Holds every solution of a power flow to limits, at every bus and branch, also those merged away. A bus between two
 * others is at most half the voltage dropped on the way beyond one of them: where such bounds leave no doubt that all
 * limits hold, nothing needs to be recovered; where they do, everything is, and is looked at one by one.
 */
export class LimitCheck {
  readonly #flow: PowerFlow
  readonly #limits: Limits
  /** The band of each swept bus, against its base voltage. */
  readonly #low: Float64Array
  readonly #high: Float64Array
  /** The least rating along each swept branch, squared, in VA a phase. */
  readonly #ratingSquared: Float64Array
  /** |z1| and |zMutual| along the branches where a bus was merged away; 0 where none was. */
  readonly #z1: Float64Array
  readonly #zMutual: Float64Array
  /** Of each swept bus, to be looked at again from below: its voltages squared, its sequences. */
  readonly #least: Float64Array
  readonly #most: Float64Array
  readonly #positive: Float64Array
  readonly #negative: Float64Array

  constructor(flow: PowerFlow, limits: Limits) {
    const { tree, swept } = flow
    const places = swept.nodes.length
    this.#flow = flow
    this.#limits = limits
    const nominal = Float64Array.from(
      swept.nodes,
      (node) => (tree.nominalV[node] as number) / (tree.baseV[node] as number),
    )
    this.#low = nominal.map((one) => limits.lowPerUnit * one)
    this.#high = nominal.map((one) => limits.highPerUnit * one)
    this.#ratingSquared = new Float64Array(places).fill(Number.POSITIVE_INFINITY)
    this.#z1 = new Float64Array(places)
    this.#zMutual = new Float64Array(places)
    const branches = new Int32Array(places)
    for (let node = 1; node < swept.carrier.length; node++) {
      const place = swept.carrier[node] as number
      if (place === -1) continue
      const rating = (tree.ratingA[node] as number) * (tree.baseV[node] as number)
      branches[place] = (branches[place] as number) + 1
      this.#ratingSquared[place] = Math.min(this.#ratingSquared[place] as number, rating * rating)
      this.#z1[place] = (this.#z1[place] as number) + magnitude(tree.z1, 2 * node)
      this.#zMutual[place] = (this.#zMutual[place] as number) + magnitude(tree.zMutual, 2 * node)
    }
    for (const [place, count] of branches.entries()) if (count < 2) this.#z1[place] = this.#zMutual[place] = 0
    this.#least = new Float64Array(places)
    this.#most = new Float64Array(places)
    this.#positive = new Float64Array(places)
    this.#negative = new Float64Array(places)
  }

  /** What the last solution breaks, from the source on. Throws if there is no solution. */
  violations(): readonly Violation[] {
    if (!this.#flow.isSolved) throw new Error('the power flow has not been solved')
    const { phases } = this.#flow.tree
    const isClear = phases === 1 ? this.#isClear(2) : this.#isClear(6) && this.#isBalanced()
    return isClear ? [] : violationsOf(this.#flow.state(), this.#limits)
  }

  /** Whether all voltages are surely in the band and all currents allowed; `stride` numbers a bus. */
  #isClear(stride: 2 | 6): boolean {
    const { swept, voltage, current } = this.#flow
    const { parent } = swept
    const z1 = this.#z1
    const zMutual = this.#zMutual
    for (let place = 0; place < parent.length; place++) {
      let least = Number.POSITIVE_INFINITY
      let most = 0
      let largest = 0
      let way = 0
      let sumRe = 0
      let sumIm = 0
      for (let at = stride * place; at < stride * (place + 1); at += 2) {
        const re = voltage[at] as number
        const im = voltage[at + 1] as number
        const square = re * re + im * im
        if (square < least) least = square
        if (square > most) most = square
        const alongRe = current[at] as number
        const alongIm = current[at + 1] as number
        const along = alongRe * alongRe + alongIm * alongIm
        if (along > largest) largest = along
        // |re| + |im| is no less than the magnitude, and takes no root.
        const bound = Math.abs(alongRe) + Math.abs(alongIm)
        if (bound > way) way = bound
        sumRe += alongRe
        sumIm += alongIm
      }
      if (place > 0 && largest > (this.#ratingSquared[place] as number)) return false
      way *= z1[place] as number
      if (stride === 6) way += (zMutual[place] as number) * (Math.abs(sumRe) + Math.abs(sumIm))
      this.#least[place] = least
      this.#most[place] = most
      const low = (this.#low[place] as number) + way / 2
      const high = (this.#high[place] as number) - way / 2
      if (least < low * low || most > high * high) return false
      if (way === 0) continue
      const up = parent[place] as number
      if ((this.#least[up] as number) < low * low || (this.#most[up] as number) > high * high) return false
    }
    return true
  }

  /** Whether the negative sequence is surely small enough everywhere, by its bounds as those of the band; three phases. */
  #isBalanced(): boolean {
    const { swept, voltage, current } = this.#flow
    const limit = this.#limits.unbalancePercent / 100
    const { parent } = swept
    const z1 = this.#z1
    const positives = this.#positive
    const negatives = this.#negative
    for (let place = 0; place < parent.length; place++) {
      const at = 6 * place
      const aRe = voltage[at] as number
      const aIm = voltage[at + 1] as number
      const bRe = voltage[at + 2] as number
      const bIm = voltage[at + 3] as number
      const cRe = voltage[at + 4] as number
      const cIm = voltage[at + 5] as number
      // Three times each sequence, as in unbalancePercent.
      const meanRe = aRe - 0.5 * (bRe + cRe)
      const meanIm = aIm - 0.5 * (bIm + cIm)
      const turnedRe = HALF_ROOT_3 * (bIm - cIm)
      const turnedIm = HALF_ROOT_3 * (bRe - cRe)
      const positive = Math.sqrt((meanRe - turnedRe) ** 2 + (meanIm + turnedIm) ** 2)
      const negative = Math.sqrt((meanRe + turnedRe) ** 2 + (meanIm - turnedIm) ** 2)
      positives[place] = positive
      negatives[place] = negative
      if (negative > limit * positive) return false
      if (z1[place] === 0) continue
      let along = 0
      for (let part = at; part < at + 6; part++) along += Math.abs(current[part] as number)
      const half = ((z1[place] as number) * along) / 2
      const up = parent[place] as number
      const most = Math.max(negative, negatives[up] as number) + half
      const least = Math.min(positive, positives[up] as number) - half
      if (most > limit * least) return false
    }
    return true
  }
}

function magnitude(numbers: Float64Array, at: number): number {
  return Math.hypot(numbers[at] as number, numbers[at + 1] as number)
}
