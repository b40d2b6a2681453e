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
/** Nothing is known: no slot comes to so much. */
const NONE = -(2 ** 31)
/** Room for one look: what is alike, nearest first, by place and distance. */
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
  readonly #most: number
  readonly #ahead: number
  /** by place, slot % room; room grows with what is known */
  #slots: Int32Array
  #netWh: Int32Array
  /** how each slot began, as if it had gone on so */
  #begunWh: Int32Array
  readonly #saidWh: Int32Array[]
  /** by kind: how many outcomes are known, and by how much they were missed in the mean */
  readonly #known: Float64Array
  readonly #missedWh: Float64Array
  #last = NONE

  /** @param ahead for how many slots ahead forecasts are kept. */
  constructor(slotMinutes: number, ahead: number) {
    this.#slotsPerDay = MINUTES_PER_DAY / slotMinutes
    this.#ahead = ahead
    this.#most = DAYS * this.#slotsPerDay + ahead + 1
    const room = Math.min(this.#most, this.#slotsPerDay + ahead + 1)
    const column = () => new Int32Array(room).fill(NONE)
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
    const place = this.#placeFor(slot)
    this.#netWh[place] = netWh
    this.#last = slot
    for (const [kind, said] of this.#saidWh.entries()) {
      const saidWh = said[place] as number
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
   * Leaves the places of the nearest outcomes in `places`, and says how many; of two as near the older one goes first.
   * Asked by every home, book and look, it is most of a simulation: so it begins with the same time of day, goes on to
   * both sides, and ends where the hours alone are too far.
   */
  #findAlike(slot: number, kind: ForecastKind, expectedWh: number): number {
    const said = this.#saidOfKind(kind)
    const back = kind.begun === 'seen' ? kind.ahead - 1 : kind.ahead
    const before = kind.begun === 'seen' ? this.#begunWh : this.#netWh
    const beforeWh = this.#valueOf(before, slot - back)
    const [slots, netWh, slotsPerDay, last] = [this.#slots, this.#netWh, this.#slotsPerDay, this.#last]
    const perSlot = (HOUR_SHARE * 24 * (this.#missedWh[this.#indexOf(kind)] as number)) / slotsPerDay
    const room = slots.length
    const first = Math.max(0, last - room + this.#ahead + 1)
    let found = 0
    let farthest = Number.POSITIVE_INFINITY
    for (let turn = 0; turn < slotsPerDay; turn++) {
      // 0, 1 later, 1 earlier, 2 later, …
      const apart = (turn + 1) >> 1
      const hours = perSlot * apart
      if (hours > farthest) break
      const from = slot + (turn % 2 === 0 ? 0 - apart : apart)
      let past = first + modulo(from - first, slotsPerDay)
      let place = past % room
      for (; past <= last; past += slotsPerDay, place += slotsPerDay) {
        if (place >= room) place -= room
        const saidWh = said[place] as number
        let distance = Math.abs(saidWh - expectedWh) + hours
        if (distance > farthest || saidWh === NONE || slots[place] !== past || netWh[place] === NONE) continue
        if (beforeWh !== null) {
          const then = place < back ? place - back + room : place - back
          const known = slots[then] === past - back ? (before[then] as number) : NONE
          distance += Math.abs((known === NONE ? saidWh : known) - beforeWh)
        }
        found = putAlike(found, { place, distance }, slots)
        if (found === ALIKE) farthest = distances[ALIKE - 1] as number
      }
    }
    return found
  }

  /** How much of a Wh more that was expected comes, by least squares over `places`: 0 to 1. */
  #slopeOf(said: Int32Array, found: number): number {
    let [expected, actual] = [0, 0]
    for (let i = 0; i < found; i++) {
      expected += (said[places[i] as number] as number) / found
      actual += (this.#netWh[places[i] as number] as number) / found
    }
    let [both, squares] = [0, 0]
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
    const place = slot % this.#slots.length
    if (this.#slots[place] !== slot) return null
    const value = column[place] as number
    return value === NONE ? null : value
  }

  /** The slot's place, made free of what stood there before. */
  #placeFor(slot: number): number {
    const place = slot % this.#slots.length
    if (this.#slots[place] === slot) return place
    if (this.#slots[place] !== NONE && this.#slots.length < this.#most) {
      this.#grow()
      return this.#placeFor(slot)
    }
    this.#slots[place] = slot
    this.#netWh[place] = NONE
    this.#begunWh[place] = NONE
    for (const said of this.#saidWh) said[place] = NONE
    return place
  }

  #grow(): void {
    const before = this.#slots
    const room = Math.min(this.#most, 2 * before.length)
    const moved = (column: Int32Array) => {
      const wider = new Int32Array(room).fill(NONE)
      for (const [place, slot] of before.entries()) if (slot !== NONE) wider[slot % room] = column[place] as number
      return wider
    }
    this.#netWh = moved(this.#netWh)
    this.#begunWh = moved(this.#begunWh)
    for (const [kind, said] of this.#saidWh.entries()) this.#saidWh[kind] = moved(said)
    this.#slots = moved(before)
  }
}

/** Puts an outcome where it belongs among the nearest, of which so many are found; says how many there are then. */
function putAlike(
  found: number,
  { place, distance }: { readonly place: number; readonly distance: number },
  slots: Int32Array,
): number {
  const slot = slots[place] as number
  let at = found
  for (; at > 0; at--) {
    const next = distances[at - 1] as number
    if (next < distance || (next === distance && (slots[places[at - 1] as number] as number) < slot)) break
  }
  if (at === ALIKE) return found
  const more = Math.min(ALIKE, found + 1)
  for (let moved = more - 1; moved > at; moved--) {
    distances[moved] = distances[moved - 1] as number
    places[moved] = places[moved - 1] as number
  }
  distances[at] = distance
  places[at] = place
  return more
}

/** The remainder of a division, from 0 on also of what is below 0. */
function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
