/** The one source of time, real or simulated. `speed` is clock seconds a wall second (1 for the real one). */
export interface Clock {
  /** Unix ms, whole, never going back. */
  readonly nowMs: () => number
  readonly speed: number
}
