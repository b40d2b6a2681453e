import type { FeederStress } from '../grid/feeder-extremes.ts'
import { EN_50160 } from '../grid/limits.ts'
import { type HomeRestraint, UNRESTRAINED } from '../home/home-restraint.ts'

/** What heat pump and car may each take while they are dimmed (EnWG § 14a; BNetzA BK6-22-300), W. */
const DIMMED_W = 4_200
/** By this share of their peak power roofs are let give less, and more again, from slot to slot. */
const ROOF_STEP = 0.1
/** Roofs are let give more where this share of a rating is not reached, and the voltage is so far below its limit. */
const CALM_LOADING = 0.9
const CALM_PER_UNIT = 0.01

/**
 * The operator of one feeder, who looks at each slot and holds its homes to something in the next. A line or
 * transformer over its rating towards the homes: heat pumps and cars are dimmed, until it could carry what that
 * withholds, too. Over its rating the other way, or a voltage above its limit: roofs are held a tenth of their peak
 * power below what they gave, and let go by a tenth once there is room.
 */
export class FeederControl {
  readonly #roofPeakW: number
  #isDimming = false
  #roofShare = 1

  constructor(options: { readonly roofPeakW: number }) {
    this.#roofPeakW = options.roofPeakW
  }

  get restraint(): HomeRestraint {
    if (!this.#isDimming && this.#roofShare >= 1) return UNRESTRAINED
    return { controllableW: this.#isDimming ? DIMMED_W : null, roofShare: this.#roofShare }
  }

  /** Looks at a slot; powers are the sums of the feeder's homes, mean W. */
  look(slot: {
    readonly stress: FeederStress
    readonly netW: number
    readonly roofW: number
    readonly withheldW: number
  }): void {
    const { stress, netW, roofW, withheldW } = slot
    const wanted = netW > 0 ? (netW + withheldW) / netW : 1
    this.#isDimming = stress.importLoading * (this.#isDimming ? wanted : 1) > 1
    if (this.#roofPeakW === 0) return
    if (stress.exportLoading > 1 || stress.highestPerUnit > EN_50160.highPerUnit) {
      this.#roofShare = Math.max(0, Math.min(this.#roofShare, roofW / this.#roofPeakW) - ROOF_STEP)
    } else if (stress.exportLoading < CALM_LOADING && stress.highestPerUnit < EN_50160.highPerUnit - CALM_PER_UNIT) {
      this.#roofShare = Math.min(1, this.#roofShare + ROOF_STEP)
    }
  }
}
