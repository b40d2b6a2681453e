/** A moment of the meter as the checks over time see it: what it has counted in all, and its power. */
export interface NetCount {
  readonly timeMs: number
  /** import less export, whole Wh */
  readonly netWh: number
  /** import positive */
  readonly powerW: number
  /** how coarse the counters count, Wh */
  readonly unitWh: number
  /** how far a time stamp may be off, ms */
  readonly timeToleranceMs: number
}
