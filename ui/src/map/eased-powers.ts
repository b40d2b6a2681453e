/** The share of the way to go that a picture takes. */
const PACE = 0.16
/** Closer than this a power has arrived, W. */
const ARRIVED_W = 4

/** Powers on their way to what the last reading said, so that nothing on the map jumps. */
export class EasedPowers {
  readonly #shown = new Map<string, number>()
  readonly #aims = new Map<string, number>()

  /** Where a home's power (W) is to go. The first time it is there at once. */
  aim(home: string, powerW: number): void {
    if (!this.#shown.has(home)) this.#shown.set(home, powerW)
    this.#aims.set(home, powerW)
  }

  /** The power to draw, W. */
  of(home: string): number {
    return this.#shown.get(home) ?? 0
  }

  /** Takes one step, or all of them where motion is not wanted. True while something still moves. */
  step(atOnce: boolean): boolean {
    let moving = false
    for (const [home, aim] of this.#aims) {
      const rest = aim - this.of(home)
      const there = atOnce || Math.abs(rest) < ARRIVED_W
      this.#shown.set(home, there ? aim : this.of(home) + rest * PACE)
      moving ||= !there
    }
    return moving
  }
}
