const MINUTES_PER_DAY = 1_440
/** How many days of misses are kept. */
const DAYS = 7
/** How many of them a forecast is told. */
const ALIKE = 48

/**
 * What forecasts of the last week missed, in order of what they said. A forecast is told the misses of those that were
 * nearest to it: who expects much is wrong by more than who expects next to nothing, and mostly by expecting too much.
 */
export class MissMemory {
  /** by slot modulo the length */
  readonly #expectedWh: Int32Array
  readonly #missedWh: Int32Array
  readonly #isKnown: Uint8Array
  /** places of the above, ascending by what was expected */
  readonly #order: Uint16Array
  #length = 0

  constructor(slotMinutes: number) {
    const length = (DAYS * MINUTES_PER_DAY) / slotMinutes
    this.#expectedWh = new Int32Array(length)
    this.#missedWh = new Int32Array(length)
    this.#isKnown = new Uint8Array(length)
    this.#order = new Uint16Array(length)
  }

  /** Notes what was expected of a slot, and what that missed (actual − expected), whole Wh, in the place of the slot a week before. */
  note(slot: number, miss: { readonly expectedWh: number; readonly missedWh: number }): void {
    const at = slot % this.#isKnown.length
    if (this.#isKnown[at] === 1) this.#forget(at)
    const place = this.#placeOf(miss.expectedWh)
    this.#order.copyWithin(place + 1, place, this.#length)
    this.#order[place] = at
    this.#length++
    this.#isKnown[at] = 1
    this.#expectedWh[at] = miss.expectedWh
    this.#missedWh[at] = miss.missedWh
  }

  /** What the forecasts nearest to this one missed, ascending. */
  like(expectedWh: number): readonly number[] {
    let after = this.#placeOf(expectedWh)
    let before = after - 1
    const found: number[] = []
    while (found.length < ALIKE && (before >= 0 || after < this.#length)) {
      const below = before >= 0 ? expectedWh - this.#expectedAt(before) : Number.POSITIVE_INFINITY
      const above = after < this.#length ? this.#expectedAt(after) - expectedWh : Number.POSITIVE_INFINITY
      found.push(this.#missedWh[this.#order[below <= above ? before-- : after++] as number] as number)
    }
    return found.sort((a, b) => a - b)
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
