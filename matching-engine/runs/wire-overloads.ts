import type { PictureGrid } from '#protocol/picture/picture.ts'

/**
 * Where wires carry more than they may, by the homes' last readings: the same sums that the page draws, without losses.
 * A wire that has been within its limit for less than a slot is still the same overload, so that one at its limit does
 * not begin one with each reading; and so is one that begins within a slot of the last.
 */
export class WireOverloads {
  readonly #grid: PictureGrid
  readonly #slotMs: number
  /** by home */
  readonly #powersW: number[] = []
  /** by bus: what the branch that leads there carries, W */
  readonly #loadsW: Float64Array
  /** by bus, Unix ms: till when it was over its limit; infinite while it is */
  readonly #overTillMs: Float64Array
  /** buses to be looked at, each once */
  readonly #changed: number[] = []
  readonly #isChanged: Uint8Array
  #begunMs = Number.NEGATIVE_INFINITY

  constructor(grid: PictureGrid, slotMs: number) {
    this.#grid = grid
    this.#slotMs = slotMs
    const buses = grid.parents.length
    this.#loadsW = new Float64Array(buses)
    this.#overTillMs = new Float64Array(buses).fill(Number.NEGATIVE_INFINITY)
    this.#isChanged = new Uint8Array(buses)
  }

  /** Takes what a home draws, W. */
  read(home: number, powerW: number): void {
    const moreW = powerW - (this.#powersW[home] ?? 0)
    this.#powersW[home] = powerW
    if (moreW === 0) return
    const { parents, busOfHome } = this.#grid
    let bus = busOfHome[home] ?? 0
    // A parent stands before its children: what does not leads nowhere.
    for (let above = bus + 1; bus >= 0 && bus < above; bus = parents[bus] ?? -1) {
      above = bus
      this.#loadsW[bus] = (this.#loadsW[bus] ?? 0) + moreW
      if (this.#isChanged[bus] === 1) continue
      this.#isChanged[bus] = 1
      this.#changed.push(bus)
    }
  }

  /** Looks at all that was read; says whether an overload begins with it. */
  look(timeMs: number): boolean {
    const longAgoMs = timeMs - this.#slotMs
    let begins = false
    for (const bus of this.#changed) {
      this.#isChanged[bus] = 0
      const ratedW = this.#grid.ratedW[bus] ?? 0
      const tillMs = this.#overTillMs[bus] as number
      if (ratedW > 0 && Math.abs(this.#loadsW[bus] as number) > ratedW) {
        begins ||= tillMs <= longAgoMs
        this.#overTillMs[bus] = Number.POSITIVE_INFINITY
      } else if (tillMs === Number.POSITIVE_INFINITY) this.#overTillMs[bus] = timeMs
    }
    this.#changed.length = 0
    if (!begins || this.#begunMs > longAgoMs) return false
    this.#begunMs = timeMs
    return true
  }
}
