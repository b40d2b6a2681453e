const MINUTES_PER_DAY = 1_440
/** How many days of misses are kept. */
const DAYS = 7
/** How many of them a forecast is told. */
const ALIKE = 48
/** A typed array sorts numbers as numbers, without a call for each pair. */
const scratch = new Int32Array(ALIKE)

/**
 * What forecasts of the last week missed, in order of what they said. A forecast is told the misses of those that were
 * nearest to it: who expects much is wrong by more than who expects next to nothing, and mostly by expecting too much.
 */
export class MissMemory {
  readonly #most: number
  /** in the order of their notes, the newest week's; room grows with what is known */
  #expectedWh: Int32Array
  #missedWh: Int32Array
  /** places of the above, ascending by what was expected */
  #order: Uint16Array
  #length = 0
  #next = 0

  constructor(slotMinutes: number) {
    const slotsPerDay = MINUTES_PER_DAY / slotMinutes
    this.#most = DAYS * slotsPerDay
    this.#expectedWh = new Int32Array(slotsPerDay)
    this.#missedWh = new Int32Array(slotsPerDay)
    this.#order = new Uint16Array(slotsPerDay)
  }

  /** Notes what was expected of a slot, and what that missed (actual − expected), whole Wh. What is older than a week goes. */
  note(miss: { readonly expectedWh: number; readonly missedWh: number }): void {
    const at = this.#next
    this.#next = (at + 1) % this.#most
    if (at < this.#length) this.#forget(at)
    else if (at >= this.#order.length) this.#grow()
    const place = this.#placeOf(miss.expectedWh)
    this.#order.copyWithin(place + 1, place, this.#length)
    this.#order[place] = at
    this.#length++
    this.#expectedWh[at] = miss.expectedWh
    this.#missedWh[at] = miss.missedWh
  }

  /** What the forecasts nearest to this one missed, ascending. */
  like(expectedWh: number): readonly number[] {
    let after = this.#placeOf(expectedWh)
    let before = after - 1
    let found = 0
    while (found < ALIKE && (before >= 0 || after < this.#length)) {
      const below = before >= 0 ? expectedWh - this.#expectedAt(before) : Number.POSITIVE_INFINITY
      const above = after < this.#length ? this.#expectedAt(after) - expectedWh : Number.POSITIVE_INFINITY
      scratch[found++] = this.#missedWh[this.#order[below <= above ? before-- : after++] as number] as number
    }
    return Array.from(scratch.subarray(0, found).sort())
  }

  #grow(): void {
    const room = Math.min(this.#most, 2 * this.#order.length)
    const expectedWh = new Int32Array(room)
    const missedWh = new Int32Array(room)
    const order = new Uint16Array(room)
    expectedWh.set(this.#expectedWh)
    missedWh.set(this.#missedWh)
    order.set(this.#order)
    this.#expectedWh = expectedWh
    this.#missedWh = missedWh
    this.#order = order
  }

  #forget(at: number): void {
    let place = this.#placeOf(this.#expectedWh[at] as number)
    while (this.#order[place] !== at) place++
    this.#order.copyWithin(place, place + 1, this.#length)
    this.#length--
  }

  #expectedAt(place: number): number {
    return this.#expectedWh[this.#order[place] as number] as number
  }

  /** The first place whose forecast was not below. */
  #placeOf(expectedWh: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#expectedAt(middle) < expectedWh) low = middle + 1
      else high = middle
    }
    return low
  }
}
