import type { PictureEvent, PictureMoment } from '#protocol/picture/picture-event.ts'
import type { Incident, Timeline } from '#protocol/picture/run.ts'
import { WireOverloads } from './wire-overloads.ts'

/** More rows than a time bar has pixels: then each row takes in the one beside it. */
const ROWS_MAX = 4_096
const INCIDENTS_MAX = 1_000
const MINUTE_MS = 60_000

interface Row {
  startMs: number
  sequence: number
  trades: number
  tradedWh: number
}

/** What a time bar shows of a run: how much was traded when, and what one may want to go to. Bounded. */
export class RunTimeline {
  #slotMs = 0
  /** time that a row spans, in slots */
  #slotsARow = 1
  #rows: Row[] = []
  #incidents: Incident[] = []
  /** slots of which an estimate was told */
  readonly #estimated = new Set<number>()
  #lastSequence = 0
  #lastMs = 0
  #joinedMs: number | null = null
  #homes = 0
  /** the homes that were read, until a first round is over */
  readonly #read = new Set<number>()
  #roundMs: number | null = null
  #overloads: WireOverloads | null = null
  /** by kind: the last slot in which homes were held back */
  readonly #restrained = { dimmed: -1, curtailed: -1 }

  /** When a first round of readings was over, Unix ms; before that, when the first home was there, or anything. */
  get firstMs(): number {
    return this.#roundMs ?? this.#joinedMs ?? this.#rows[0]?.startMs ?? this.#lastMs
  }

  get lastMs(): number {
    return this.#lastMs
  }

  /** Takes what a sequence came to, often nothing. */
  take(moment: PictureMoment, told: readonly PictureEvent[]): void {
    const timeMs = Math.max(this.#lastMs, moment.timeMs)
    this.#passTime(timeMs, moment.sequence)
    this.#lastSequence = moment.sequence
    this.#lastMs = timeMs
    for (const event of told) this.#take({ ...moment, timeMs }, event)
    // Sums of some homes alone say nothing.
    if (this.#roundMs === null || this.#overloads === null || !this.#overloads.look(timeMs)) return
    this.#note({ kind: 'overloaded', sequence: moment.sequence, timeMs, slot: null })
  }

  /** All of it. */
  get timeline(): Timeline {
    const rows = this.#rows
    return {
      firstMs: this.firstMs,
      lastMs: this.#lastMs,
      lastSequence: this.#lastSequence,
      startMs: rows.map(({ startMs }) => startMs),
      sequence: rows.map(({ sequence }) => sequence),
      trades: rows.map(({ trades }) => trades),
      tradedWh: rows.map(({ tradedWh }) => tradedWh),
      incidents: [...this.#incidents],
    }
  }

  #passTime(timeMs: number, sequence: number): void {
    if (this.#slotMs === 0) return
    const silentMs = timeMs - this.#lastMs
    if (silentMs > this.#slotMs && this.#joinedMs !== null) {
      this.#note({ kind: 'silence', sequence, timeMs, slot: null })
    }
    for (;;) {
      const rowMs = this.#slotMs * this.#slotsARow
      const last = this.#rows.at(-1)
      if (last !== undefined && timeMs < last.startMs + rowMs) return
      const startMs = last === undefined ? Math.floor(timeMs / rowMs) * rowMs : last.startMs + rowMs
      this.#rows.push({ startMs, sequence: this.#lastSequence, trades: 0, tradedWh: 0 })
      if (this.#rows.length > ROWS_MAX) this.#joinRows()
    }
  }

  #take(moment: PictureMoment, event: PictureEvent): void {
    const { sequence, timeMs } = moment
    switch (event.type) {
      case 'opened':
        this.#slotMs = event.rules.slotMinutes * MINUTE_MS
        this.#overloads = event.grid === null ? null : new WireOverloads(event.grid, this.#slotMs)
        this.#passTime(timeMs, sequence)
        // What stood before the first row is before its event, too.
        for (const row of this.#rows) row.sequence = Math.min(row.sequence, sequence - 1)
        return
      case 'joined':
        this.#joinedMs ??= timeMs
        this.#homes++
        return
      case 'read':
        this.#overloads?.read(event.home, event.powerW)
        if (this.#roundMs === null) this.#takeReading(event.home, timeMs)
        return
      case 'traded': {
        const row = this.#rows.at(-1)
        if (row === undefined) return
        row.trades++
        row.tradedWh += event.trade.energyWh
        return
      }
      case 'phase':
        if (event.phase === 'halted') this.#note({ kind: 'halted', sequence, timeMs, slot: event.slot })
        if (event.phase === 'settled') this.#estimated.delete(event.slot)
        return
      case 'market':
        this.#note({ kind: event.is, sequence, timeMs, slot: null })
        return
      case 'dimmed':
      case 'curtailed': {
        const { type: kind, slot } = event
        // Told when the slot is settled, and so since its beginning.
        if (this.#restrained[kind] !== slot - 1) this.#note({ kind, sequence, timeMs: slot * this.#slotMs, slot })
        this.#restrained[kind] = slot
        return
      }
      case 'disputed':
        this.#note({ kind: 'disputed', sequence, timeMs, slot: null })
        return
      case 'stated':
        if (event.by === 'meter' || this.#estimated.has(event.slot)) return
        this.#estimated.add(event.slot)
        this.#note({ kind: 'estimated', sequence, timeMs, slot: event.slot })
    }
  }

  #takeReading(home: number, timeMs: number): void {
    const wasRead = this.#read.has(home)
    this.#read.add(home)
    if (wasRead || this.#read.size === this.#homes) this.#roundMs = timeMs
  }

  /** Keeps it in the order of time; of too many the oldest of the most frequent kind goes, so that no kind drives out another. */
  #note(incident: Incident): void {
    const incidents = this.#incidents
    incidents.splice(incidents.findLastIndex(({ timeMs }) => timeMs <= incident.timeMs) + 1, 0, incident)
    if (incidents.length <= INCIDENTS_MAX) return
    const kinds = [...Map.groupBy(incidents, ({ kind }) => kind).values()]
    const most = kinds.reduce((one, other) => (other.length > one.length ? other : one))
    incidents.splice(incidents.indexOf(most[0] as Incident), 1)
  }

  #joinRows(): void {
    this.#slotsARow *= 2
    const joined: Row[] = []
    for (const [index, row] of this.#rows.entries()) {
      const last = joined.at(-1)
      if (index % 2 === 0 || last === undefined) joined.push(row)
      else {
        last.trades += row.trades
        last.tradedWh += row.tradedWh
      }
    }
    this.#rows = joined
  }
}
