const MINUTES_PER_DAY = 1_440
/** For how many days outcomes are kept. */
const DAYS = 7
/** With so many days known, there are outcomes enough that are near: nothing is moved any more. */
const ENOUGH_DAYS = 3
/** How many of them a forecast is told. */
const ALIKE = 48
/** Room for one look: where what is alike stands, and what it says. A typed array sorts numbers as numbers. */
const alike = new Uint16Array(ALIKE)
const errors = new Int32Array(ALIKE)

/**
 * What became of the last week's forecasts, in order of what they said. What a forecast is worth is what slots came to of
 * which as much was expected: who expects much has mostly expected too much.
 */
export class OutcomeMemory {
  readonly #most: number
  /** in the order of their notes, the newest week's; room grows with what is known */
  #expectedWh: Int32Array
  #actualWh: Int32Array
  /** places of the above, ascending by what was expected */
  #order: Uint16Array
  #length = 0
  #next = 0

  constructor(slotMinutes: number) {
    const slotsPerDay = MINUTES_PER_DAY / slotMinutes
    this.#most = DAYS * slotsPerDay
    this.#expectedWh = new Int32Array(slotsPerDay)
    this.#actualWh = new Int32Array(slotsPerDay)
    this.#order = new Uint16Array(slotsPerDay)
  }

  /** Notes what was expected of a slot and what it came to, whole Wh. What is older than a week goes. */
  note(outcome: { readonly expectedWh: number; readonly actualWh: number }): void {
    const at = this.#next
    this.#next = (at + 1) % this.#most
    if (at < this.#length) this.#forget(at)
    else if (at >= this.#order.length) this.#grow()
    const place = this.#placeOf(outcome.expectedWh)
    this.#order.copyWithin(place + 1, place, this.#length)
    this.#order[place] = at
    this.#length++
    this.#expectedWh[at] = outcome.expectedWh
    this.#actualWh[at] = outcome.actualWh
  }

  /**
   * What the slots came to whose forecasts were nearest to this one, less this one; ascending, whole Wh. While little is
   * known, the nearest are far, and are moved along the line that fits them: a morning's sun is above all that was before.
   */
  errorsOf(expectedWh: number): readonly number[] {
    const found = this.#findAlike(expectedWh)
    const slope = this.#trustInSlope * this.#slopeOf(found)
    for (let i = 0; i < found; i++) {
      const at = alike[i] as number
      const moved = slope * (expectedWh - (this.#expectedWh[at] as number))
      errors[i] = Math.round((this.#actualWh[at] as number) + moved) - expectedWh
    }
    return Array.from(errors.subarray(0, found).sort())
  }

  get #trustInSlope(): number {
    return Math.max(0, 1 - (this.#length * DAYS) / (this.#most * ENOUGH_DAYS))
  }

  /** Leaves the places of the nearest forecasts in `alike`, and says how many. */
  #findAlike(expectedWh: number): number {
    let after = this.#placeOf(expectedWh)
    let before = after - 1
    let found = 0
    while (found < ALIKE && (before >= 0 || after < this.#length)) {
      const below = before >= 0 ? expectedWh - this.#expectedAt(before) : Number.POSITIVE_INFINITY
      const above = after < this.#length ? this.#expectedAt(after) - expectedWh : Number.POSITIVE_INFINITY
      alike[found++] = this.#order[below <= above ? before-- : after++] as number
    }
    return found
  }

  /** How much of a Wh more that is expected comes, by least squares over `alike`: 0 to 1. */
  #slopeOf(found: number): number {
    let [expected, actual] = [0, 0]
    for (let i = 0; i < found; i++) {
      expected += (this.#expectedWh[alike[i] as number] as number) / found
      actual += (this.#actualWh[alike[i] as number] as number) / found
    }
    let [both, squares] = [0, 0]
    for (let i = 0; i < found; i++) {
      const off = (this.#expectedWh[alike[i] as number] as number) - expected
      both += off * ((this.#actualWh[alike[i] as number] as number) - actual)
      squares += off * off
    }
    return squares > 0 ? Math.min(1, Math.max(0, both / squares)) : 1
  }

  #grow(): void {
    const room = Math.min(this.#most, 2 * this.#order.length)
    const expectedWh = new Int32Array(room)
    const actualWh = new Int32Array(room)
    const order = new Uint16Array(room)
    expectedWh.set(this.#expectedWh)
    actualWh.set(this.#actualWh)
    order.set(this.#order)
    this.#expectedWh = expectedWh
    this.#actualWh = actualWh
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
