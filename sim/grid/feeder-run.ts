import type { FeederTree } from './feeder-tree.ts'
import { LimitCheck } from './limit-check.ts'
import type { Limits, Violation } from './limits.ts'
import { PowerFlow } from './power-flow.ts'
import type { Powers } from './powers.ts'

/** What a run came to so far: Wh, not whole, and in how many minutes a limit of the kind was broken anywhere. */
export interface FeederTally {
  readonly minutes: number
  readonly sourceWh: number
  readonly lossWh: number
  readonly violationMinutes: Readonly<Record<Violation['kind'], number>>
}

/** A feeder over time: what is taken at its points step by step, held to limits, and added up. */
export class FeederRun {
  readonly flow: PowerFlow
  /** What is taken at each point in the next step: to be written into. */
  readonly powers: Powers
  readonly #check: LimitCheck
  readonly #violationMinutes = { undervoltage: 0, overvoltage: 0, overload: 0, unbalance: 0 }
  #minutes = 0
  #sourceWh = 0
  #lossWh = 0
  #lossTakenWh = 0

  constructor(options: { readonly tree: FeederTree; readonly limits: Limits }) {
    const { tree, limits } = options
    this.flow = new PowerFlow({ tree })
    this.powers = {
      activeW: new Float64Array(tree.points.length),
      reactiveVar: new Float64Array(tree.points.length),
    }
    this.#check = new LimitCheck(this.flow, limits)
  }

  /**
   * Lets `powers` be for so many minutes, and gives the limits that are broken in them. Throws NotConverged where the
   * feeder cannot carry them; then nothing is added.
   */
  step(minutes: number): readonly Violation[] {
    this.flow.solve(this.powers)
    const { sourceW, lossW } = this.flow.totals()
    const violations = this.#check.violations()
    this.#minutes += minutes
    this.#sourceWh += (sourceW * minutes) / 60
    this.#lossWh += (lossW * minutes) / 60
    if (violations.length > 0) {
      for (const kind of new Set(violations.map((one) => one.kind))) this.#violationMinutes[kind] += minutes
    }
    return violations
  }

  /** The losses since the last time, in whole Wh; what is less than one is left for the next time. */
  takeLossWh(): number {
    const wholeWh = Math.floor(this.#lossWh) - this.#lossTakenWh
    this.#lossTakenWh += wholeWh
    return wholeWh
  }

  tally(): FeederTally {
    return {
      minutes: this.#minutes,
      sourceWh: this.#sourceWh,
      lossWh: this.#lossWh,
      violationMinutes: { ...this.#violationMinutes },
    }
  }
}
