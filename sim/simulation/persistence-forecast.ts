/** How many of the last slots make the forecast where yesterday is not known, and its damping a slot ahead. */
const DAMPING = 0.9
const SLOTS_PER_DAY_MAX = 288

/** What a home's agent expects of a slot, as its trader is told. */
export interface SlotForecast {
  readonly forecastNetWh: number
  readonly forecastErrorsWh: readonly number[]
}

/**
 * The forecast of a home's agent (`meter-agent/forecast.ts`: yesterday's slot, else the mean of the last two, damped)
 * over a day of history without holes, kept up slot by slot instead of made anew: the same numbers, and a test says so.
 */
export class PersistenceForecast {
  readonly #slotsPerDay: number
  /** by slot modulo the length: net at the connection point in Wh, export positive */
  readonly #nets = new Int32Array(SLOTS_PER_DAY_MAX + 1)
  /** by slots ahead: what was missed, ascending */
  readonly #errors = new Map<number, number[]>()
  #first: number | null = null
  #last = 0

  constructor(slotMinutes: number) {
    this.#slotsPerDay = 1_440 / slotMinutes
  }

  /** Notes a slot's net (Wh, export positive); slots follow each other. */
  note(slot: number, netWh: number): void {
    if (this.#first === null) this.#first = slot
    else if (slot !== this.#last + 1) throw new Error(`slot ${slot} does not follow ${this.#last}`)
    // What drops out of the day, and what its neighbour's forecast then rests on alone.
    const dropped = this.#first <= slot - this.#slotsPerDay ? this.#first : null
    if (dropped !== null) {
      for (const [ahead, errors] of this.#errors) {
        if (dropped + ahead < slot) remove(errors, this.#missed(dropped + ahead, ahead))
        if (dropped + 1 + ahead < slot) remove(errors, this.#missed(dropped + 1 + ahead, ahead))
      }
      this.#first = dropped + 1
    }
    this.#nets[slot % this.#nets.length] = netWh
    this.#last = slot
    for (const [ahead, errors] of this.#errors) {
      if (dropped !== null && dropped + 1 + ahead < slot) insert(errors, this.#missed(dropped + 1 + ahead, ahead))
      if (slot - ahead >= this.#first) insert(errors, this.#missed(slot, ahead))
    }
  }

  /** What is expected of a slot after the last noted one. The errors change with the next note. */
  of(slot: number): SlotForecast {
    if (this.#first === null) return { forecastNetWh: 0, forecastErrorsWh: [] }
    const ahead = slot - this.#last
    const yesterday = slot - this.#slotsPerDay
    const forecastNetWh =
      yesterday >= this.#first && yesterday <= this.#last ? this.#net(yesterday) : this.#persisted(slot, ahead)
    return { forecastNetWh, forecastErrorsWh: this.#errorsOf(ahead) }
  }

  #errorsOf(ahead: number): readonly number[] {
    let errors = this.#errors.get(ahead)
    if (errors === undefined) {
      errors = []
      for (let slot = (this.#first ?? 0) + ahead; slot <= this.#last; slot++) errors.push(this.#missed(slot, ahead))
      errors.sort((a, b) => a - b)
      this.#errors.set(ahead, errors)
    }
    return errors
  }

  #net(slot: number): number {
    return this.#nets[slot % this.#nets.length] ?? 0
  }

  #missed(slot: number, ahead: number): number {
    return this.#net(slot) - this.#persisted(slot, ahead)
  }

  #persisted(slot: number, ahead: number): number {
    const known = slot - ahead
    const mean = known - 1 >= (this.#first ?? 0) ? (this.#net(known) + this.#net(known - 1)) / 2 : this.#net(known)
    return Math.trunc(mean * DAMPING ** ahead) || 0
  }
}

/** Where a value stands, or would stand, in an ascending list. */
function placeOf(ascending: readonly number[], value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function insert(ascending: number[], value: number): void {
  ascending.splice(placeOf(ascending, value), 0, value)
}

function remove(ascending: number[], value: number): void {
  const place = placeOf(ascending, value)
  if (ascending[place] !== value) throw new Error(`${value} is not among the errors`)
  ascending.splice(place, 1)
}
