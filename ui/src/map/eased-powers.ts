/** The time in which all but a third (1/e) of the way is gone, wall ms. */
const PACE_MS = 95
/** Closer than this a power has arrived, W. */
const ARRIVED_W = 4

/** Powers on their way to what the last reading said, so that nothing on the map jumps. */
export class EasedPowers {
  readonly #shown = new Map<string, number>()
  readonly #aims = new Map<string, number>()
  #steppedAtMs = 0

  /** Where a home's power (W) is to go. The first time it is there at once. */
  aim(home: string, powerW: number): void {
    if (!this.#shown.has(home)) this.#shown.set(home, powerW)
    this.#aims.set(home, powerW)
  }

  /** The power to draw, W. */
  of(home: string): number {
    return this.#shown.get(home) ?? 0
  }

  /** Where the power is going, W. */
  aimOf(home: string): number {
    return this.#aims.get(home) ?? 0
  }

  /** Goes on to a wall time, or all the way where motion is not wanted. True while something still moves. */
  step({ nowMs, atOnce }: { readonly nowMs: number; readonly atOnce: boolean }): boolean {
    let moving = false
    // After a rest the first step is a short one, however long the rest was.
    const share = 1 - Math.exp(-Math.min(50, nowMs - this.#steppedAtMs) / PACE_MS)
    this.#steppedAtMs = nowMs
    for (const [home, aim] of this.#aims) {
      const rest = aim - this.of(home)
      const there = atOnce || Math.abs(rest) < ARRIVED_W
      this.#shown.set(home, there ? aim : this.of(home) + rest * share)
      moving ||= !there
    }
    return moving
  }
}
