/** A step of the simulation, ms: what a device does is constant within it. */
export const STEP_MS = 60_000

/** What a device draws or gives, as a function of time alone. */
export interface PowerSource {
  /** Mean power in whole W, 0 or more, over the minute that begins at `minuteMs` (Unix ms, a whole UTC minute). */
  readonly meanW: (minuteMs: number) => number
}
