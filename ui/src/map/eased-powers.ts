/** The time in which all but a third (1/e) of the way is gone, wall ms. */
const PACE_MS = 95
/** Closer than this a power has arrived, W. */
const ARRIVED_W = 4

/**
 * Powers on their way to what the last reading said, so that nothing on the map jumps. By home number. Only those under
 * way cost anything.
 */
export class EasedPowers {
  /** what to draw, W */
  shown = new Float32Array(0)
  #aims = new Float32Array(0)
  #moving = new Int32Array(0)
  #isMoving = new Uint8Array(0)
  #movingCount = 0
  #steppedAtMs = 0

  /** Makes room for so many homes; those that are new are where they are aimed at first, at once. */
  resize(homes: number, aimOf: (home: number) => number): void {
    const before = this.shown.length
    if (homes === before) return
    const kept = homes > before ? this.shown : this.shown.subarray(0, 0)
    const aims = this.#aims
    this.shown = new Float32Array(homes)
    this.#aims = new Float32Array(homes)
    this.#moving = new Int32Array(homes)
    this.#isMoving = new Uint8Array(homes)
    this.#movingCount = 0
    this.shown.set(kept)
    this.#aims.set(aims.subarray(0, kept.length))
    for (let home = 0; home < kept.length; home++) if (this.shown[home] !== this.#aims[home]) this.#start(home)
    for (let home = kept.length; home < homes; home++) this.shown[home] = this.#aims[home] = aimOf(home)
  }

  /** Where a home's power (W) is to go. True if that is news. */
  aim(home: number, powerW: number): boolean {
    if (this.#aims[home] === Math.fround(powerW)) return false
    this.#aims[home] = powerW
    this.#start(home)
    return true
  }

  get isMoving(): boolean {
    return this.#movingCount > 0
  }

  /** Goes on to a wall time, or all the way, and calls back for each home that moved. */
  step(options: { readonly nowMs: number; readonly way: 'eased' | 'at-once' }, moved: (home: number) => void): void {
    // After a rest the first step is a short one, however long the rest was.
    const share = 1 - Math.exp(-Math.min(50, options.nowMs - this.#steppedAtMs) / PACE_MS)
    this.#steppedAtMs = options.nowMs
    let still = 0
    for (let i = 0; i < this.#movingCount; i++) {
      const home = this.#moving[i] as number
      const aim = this.#aims[home] as number
      const rest = aim - (this.shown[home] as number)
      if (options.way === 'at-once' || Math.abs(rest) < ARRIVED_W) {
        this.shown[home] = aim
        this.#isMoving[home] = 0
      } else {
        this.shown[home] = (this.shown[home] as number) + rest * share
        this.#moving[still++] = home
      }
      moved(home)
    }
    this.#movingCount = still
  }

  #start(home: number): void {
    if (this.#isMoving[home] === 1) return
    this.#isMoving[home] = 1
    this.#moving[this.#movingCount++] = home
  }
}
