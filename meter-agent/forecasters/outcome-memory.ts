const MINUTES_PER_DAY = 1_440
/** For how many days outcomes are kept. */
const DAYS = 14
/** With so many days known, there are outcomes enough that are near: nothing is moved any more. */
const ENOUGH_DAYS = 3
/** How many of them a forecast is told. */
const ALIKE = 32
/** An hour apart counts as much as this share of what forecasts miss by. */
const HOUR_SHARE = 0.2
/** Over how many days it is told by how much forecasts miss. */
const MISSED_DAYS = 7
/** Nothing is known: no slot comes to so much, and what it differs by is still a small number. */
const NONE = -(2 ** 30)
/** Room for one look: what is alike, by place and distance; once it is full a heap, the farthest on top. */
const places = new Int32Array(ALIKE)
const distances = new Float64Array(ALIKE)

/** What a forecast of a slot rests on. */
export interface ForecastKind {
  /** how many slots after the last known one it is */
  readonly ahead: number
  /** whether it was seen how the slot after the last known one began */
  readonly begun: 'seen' | 'unseen'
}

/**
 * What was said of the slots of the last two weeks, and what they came to. What a forecast is worth is what slots came to
 * of which as much was expected, after slots like the last one, at about the same time of day.
 */
export class OutcomeMemory {
  readonly #slotsPerDay: number
  readonly #ahead: number
  /** room for how many days; it grows with what is known */
  #days: number
  readonly #daysMost: number
  /** by place: what is of the same time of day stands side by side, as it is looked through */
  #slots: Int32Array
  #netWh: Int32Array
  /** how each slot began, as if it had gone on so */
  #begunWh: Int32Array
  readonly #saidWh: Int32Array[]
  /** by kind: how many outcomes are known, and by how much they were missed in the mean */
  readonly #known: Float64Array
  readonly #missedWh: Float64Array
  /** the earliest slot that is not forgotten */
  #first = NONE

  /** @param ahead for how many slots ahead forecasts are kept. */
  constructor(slotMinutes: number, ahead: number) {
    this.#slotsPerDay = MINUTES_PER_DAY / slotMinutes
    this.#ahead = ahead
    const daysAhead = Math.ceil((ahead + 1) / this.#slotsPerDay)
    this.#days = 1 + daysAhead
    this.#daysMost = DAYS + daysAhead
    const column = () => new Int32Array(this.#days * this.#slotsPerDay).fill(NONE)
    this.#slots = column()
    this.#netWh = column()
    this.#begunWh = column()
    // The slot after the last known one is the one that begins: of it nothing is said when it was seen to.
    this.#saidWh = Array.from({ length: 2 * ahead - 1 }, column)
    this.#known = new Float64Array(this.#saidWh.length)
    this.#missedWh = new Float64Array(this.#saidWh.length)
  }

  /** What a slot came to. Slots come in order. */
  note(slot: number, netWh: number): void {
    this.#forgetBefore(slot - DAYS * this.#slotsPerDay)
    const place = this.#placeFor(slot)
    this.#netWh[place] = netWh
    for (let kind = 0; kind < this.#saidWh.length; kind++) {
      const saidWh = (this.#saidWh[kind] as Int32Array)[place] as number
      if (saidWh === NONE) continue
      const known = Math.min(MISSED_DAYS * this.#slotsPerDay, (this.#known[kind] as number) + 1)
      this.#known[kind] = known
      const missed = this.#missedWh[kind] as number
      this.#missedWh[kind] = missed + (Math.abs(netWh - saidWh) - missed) / known
    }
  }

  /** How a slot begins that comes after the last noted one: what it would come to if it went on so. */
  begin(slot: number, netWh: number): void {
    this.#begunWh[this.#placeFor(slot)] = netWh
  }

  /** What is said of a slot to come. */
  say(slot: number, kind: ForecastKind, netWh: number): void {
    const place = this.#placeFor(slot)
    this.#saidOfKind(kind)[place] = netWh
  }

  /** How a slot began; null where that was not seen. */
  begunOf(slot: number): number | null {
    return this.#valueOf(this.#begunWh, slot)
  }

  /** What was said of a slot; null where nothing was. */
  saidOf(slot: number, kind: ForecastKind): number | null {
    return this.#valueOf(this.#saidOfKind(kind), slot)
  }

  /**
   * What slots came to whose forecasts, and what those rested on, were nearest to this one's, less this one; ascending,
   * whole Wh. While little is known, the nearest are far, and are moved along the line that fits them: a morning's sun is
   * above all that was before. They are written into `room`, whose length they become: asked for so often, lists of
   * their own would be most of what a simulation throws away.
   */
  errorsOf(slot: number, kind: ForecastKind, expectedWh: number, room: number[] = []): readonly number[] {
    const found = this.#findAlike(slot, kind, expectedWh)
    const said = this.#saidOfKind(kind)
    const trust = this.#trustInSlope
    const slope = trust === 0 ? 0 : trust * this.#slopeOf(said, found)
    room.length = found
    for (let i = 0; i < found; i++) {
      const place = places[i] as number
      const moved = slope * (expectedWh - (said[place] as number))
      const error = Math.round((this.#netWh[place] as number) + moved) - expectedWh + 0
      let at = i
      for (; at > 0 && (room[at - 1] as number) > error; at--) room[at] = room[at - 1] as number
      room[at] = error
    }
    return room
  }

  get #trustInSlope(): number {
    return Math.max(0, 1 - (this.#known[0] as number) / (ENOUGH_DAYS * this.#slotsPerDay))
  }

  /**
   * Leaves the nearest outcomes in `places`, in no order, and says how many; of two as near the older one goes first.
   * Asked by every home, book and look, it is most of a simulation: so it begins with the same time of day, goes on to
   * both sides, and ends where the hours alone are too far.
   */
  #findAlike(slot: number, kind: ForecastKind, expectedWh: number): number {
    const said = this.#saidOfKind(kind)
    const back = kind.begun === 'seen' ? kind.ahead - 1 : kind.ahead
    const before = kind.begun === 'seen' ? this.#begunWh : this.#netWh
    const beforeWh = this.#valueOf(before, slot - back)
    const slots = this.#slots
    const netWh = this.#netWh
    const slotsPerDay = this.#slotsPerDay
    const days = this.#days
    const perSlot = (HOUR_SHARE * 24 * (this.#missedWh[this.#indexOf(kind)] as number)) / slotsPerDay
    const timeOfDay = slot % slotsPerDay
    let found = 0
    let farthest = Number.POSITIVE_INFINITY
    for (let turn = 0; turn < slotsPerDay; turn++) {
      // 0, 1 later, 1 earlier, 2 later, …
      const apart = (turn + 1) >> 1
      const hours = perSlot * apart
      if (hours > farthest) break
      let time = timeOfDay + (turn % 2 === 0 ? 0 - apart : apart)
      if (time < 0) time += slotsPerDay
      else if (time >= slotsPerDay) time -= slotsPerDay
      let timeBefore = time - back
      let dayBefore = 0
      for (; timeBefore < 0; timeBefore += slotsPerDay) dayBefore = dayBefore === 0 ? days - 1 : dayBefore - 1
      const row = time * days
      const rowBefore = timeBefore * days
      for (let day = 0; day < days; day++, dayBefore++) {
        if (dayBefore === days) dayBefore = 0
        const place = row + day
        const saidWh = said[place] as number
        let distance = Math.abs(saidWh - expectedWh) + hours
        if (distance > farthest || saidWh === NONE || netWh[place] === NONE) continue
        if (beforeWh !== null) {
          const known = before[rowBefore + dayBefore] as number
          distance += Math.abs((known === NONE ? saidWh : known) - beforeWh)
        }
        found = putAlike(found, { place, distance }, slots)
        if (found === ALIKE) farthest = distances[0] as number
      }
    }
    return found
  }

  /** How much of a Wh more that was expected comes, by least squares over `places`: 0 to 1. */
  #slopeOf(said: Int32Array, found: number): number {
    // What fractions add up to hangs on their order.
    sortAlike(found, this.#slots)
    let expected = 0
    let actual = 0
    for (let i = 0; i < found; i++) {
      expected += (said[places[i] as number] as number) / found
      actual += (this.#netWh[places[i] as number] as number) / found
    }
    let both = 0
    let squares = 0
    for (let i = 0; i < found; i++) {
      const off = (said[places[i] as number] as number) - expected
      both += off * ((this.#netWh[places[i] as number] as number) - actual)
      squares += off * off
    }
    return squares > 0 ? Math.min(1, Math.max(0, both / squares)) : 1
  }

  #indexOf({ ahead, begun }: ForecastKind): number {
    return begun === 'unseen' ? ahead - 1 : this.#ahead + ahead - 2
  }

  #saidOfKind(kind: ForecastKind): Int32Array {
    return this.#saidWh[this.#indexOf(kind)] as Int32Array
  }

  #valueOf(column: Int32Array, slot: number): number | null {
    const place = this.#placeOf(slot)
    if (this.#slots[place] !== slot) return null
    const value = column[place] as number
    return value === NONE ? null : value
  }

  /** Where a slot stands if it is known. */
  #placeOf(slot: number): number {
    const day = Math.floor(slot / this.#slotsPerDay)
    return (slot - day * this.#slotsPerDay) * this.#days + (day % this.#days)
  }

  /** The slot's place, free or its own. */
  #placeFor(slot: number): number {
    const place = this.#placeOf(slot)
    if (this.#slots[place] === slot) return place
    if (this.#slots[place] !== NONE) {
      this.#grow()
      return this.#placeFor(slot)
    }
    if (this.#first === NONE) this.#first = slot
    this.#slots[place] = slot
    return place
  }

  #forgetBefore(slot: number): void {
    for (; this.#first !== NONE && this.#first < slot; this.#first++) {
      const place = this.#placeOf(this.#first)
      if (this.#slots[place] !== this.#first) continue
      this.#slots[place] = NONE
      this.#netWh[place] = NONE
      this.#begunWh[place] = NONE
      for (const said of this.#saidWh) said[place] = NONE
    }
  }

  #grow(): void {
    const before = this.#slots
    this.#days = Math.min(this.#daysMost, 2 * this.#days)
    const moved = (column: Int32Array) => {
      const wider = new Int32Array(this.#days * this.#slotsPerDay).fill(NONE)
      for (const [place, slot] of before.entries()) {
        if (slot !== NONE) wider[this.#placeOf(slot)] = column[place] as number
      }
      return wider
    }
    this.#netWh = moved(this.#netWh)
    this.#begunWh = moved(this.#begunWh)
    for (const [kind, said] of this.#saidWh.entries()) this.#saidWh[kind] = moved(said)
    this.#slots = moved(before)
  }
}

/** Puts an outcome among the nearest, of which so many are found, if it is one; says how many there are then. */
function putAlike(
  found: number,
  { place, distance }: { readonly place: number; readonly distance: number },
  slots: Int32Array,
): number {
  if (found < ALIKE) {
    distances[found] = distance
    places[found] = place
    if (found + 1 === ALIKE) heapAlike(ALIKE, slots)
    return found + 1
  }
  const farthest = distances[0] as number
  if (distance > farthest) return found
  if (distance === farthest && (slots[place] as number) > (slots[places[0] as number] as number)) return found
  distances[0] = distance
  places[0] = place
  sink(0, found, slots)
  return found
}

/** The nearest first. */
function sortAlike(found: number, slots: Int32Array): void {
  heapAlike(found, slots)
  for (let last = found - 1; last > 0; last--) {
    const distance = distances[last] as number
    const place = places[last] as number
    distances[last] = distances[0] as number
    places[last] = places[0] as number
    distances[0] = distance
    places[0] = place
    sink(0, last, slots)
  }
}

function heapAlike(found: number, slots: Int32Array): void {
  for (let top = (found >> 1) - 1; top >= 0; top--) sink(top, found, slots)
}

/** Moves an outcome of a heap of so many down until nothing below it is farther. */
function sink(top: number, found: number, slots: Int32Array): void {
  const distance = distances[top] as number
  const place = places[top] as number
  const slot = slots[place] as number
  let at = top
  for (let below = 2 * at + 1; below < found; below = 2 * at + 1) {
    if (below + 1 < found && isFarther(below + 1, below, slots)) below++
    const farther = distances[below] as number
    if (farther < distance || (farther === distance && (slots[places[below] as number] as number) < slot)) break
    distances[at] = farther
    places[at] = places[below] as number
    at = below
  }
  distances[at] = distance
  places[at] = place
}

/** Of two as far the newer one is farther. */
function isFarther(one: number, other: number, slots: Int32Array): boolean {
  const distance = distances[one] as number
  const than = distances[other] as number
  if (distance !== than) return distance > than
  return (slots[places[one] as number] as number) > (slots[places[other] as number] as number)
}
