import type { PhaseCause, SlotPhase } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import { slotAt } from '#protocol/slot.ts'
import { slotTimes } from './admission/market-view.ts'
import type { BookEvent } from './book/book-event.ts'
import type { NeighbourTerms } from './book/neighbour-terms.ts'
import { leavesBand } from './price-band.ts'
import type { SessionEvent } from './session-machine.ts'
import { bookPhaseOf, newSlotMarket, type SlotMarket } from './slot-market.ts'

/** A slot's session has entered a phase; `untilMs` (Unix ms) where the clock ends it. */
interface PhaseEntered {
  readonly timeMs: number
  readonly slot: number
  readonly phase: SlotPhase
  readonly cause: PhaseCause
  readonly untilMs?: number
}

/** Who keeps what happens on a floor: a market with its log, or a simulation. */
export interface FloorKeeper {
  readonly rules: MarketRules
  /** the operator has stopped the whole market */
  readonly isStopped: boolean
  /** where homes are, and what the wires between them cost; nothing of it unless told */
  readonly neighbours?: NeighbourTerms
  readonly phaseEntered: (entered: PhaseEntered) => void
  /** what time or a phase did in a slot's book, in order */
  readonly traded: (slot: number, events: readonly BookEvent[]) => void
  /** the orders that rest in a slot's book */
  readonly openOrderIds: (slot: number) => Iterable<string>
  /** time has passed for a slot, and all that was due has happened */
  readonly timePassed: (market: SlotMarket) => void
}

/**
 * The slots that are not settled yet, each with its session and its book, and the clock that moves them: opening call,
 * trading, halts, gate closure, delivery (MATCHING, DOMAIN). Orders go to a slot's book directly; what they did is told
 * to `holdBand`.
 */
export class TradingFloor {
  readonly #keeper: FloorKeeper
  readonly #slots = new Map<number, SlotMarket>()
  #lastSlot: number | null = null
  #nowMs = 0

  constructor(keeper: FloorKeeper) {
    this.#keeper = keeper
  }

  /** Unix ms. */
  get nowMs(): number {
    return this.#nowMs
  }

  get markets(): IterableIterator<SlotMarket> {
    return this.#slots.values()
  }

  /** The slot's market; throws if there is none: whoever asks has checked. */
  market(slot: number): SlotMarket {
    const market = this.#slots.get(slot)
    if (market === undefined) throw new Error(`slot ${slot} is not open`)
    return market
  }

  /** What a slot's market is made with. */
  get terms() {
    const { rules, isStopped, neighbours } = this.#keeper
    return { rules, isStopped, neighbours, nowMs: this.#nowMs }
  }

  /** Knows of a slot that was opened, and of its market unless it is settled. */
  resume(slot: number, market: SlotMarket | null): void {
    this.#lastSlot = Math.max(this.#lastSlot ?? slot, slot)
    if (market !== null) this.#slots.set(slot, market)
  }

  /** A settled slot has no market any more. */
  settle(slot: number): void {
    this.#slots.delete(slot)
  }

  /** Sets the clock (Unix ms) without anything happening; a step back is no step. */
  setTime(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  /** Moves time (Unix ms, whole): opens slots, expires orders, closes gates, delivers. A step back is no step. */
  moveTime(nowMs: number): void {
    if (!Number.isSafeInteger(nowMs)) throw new RangeError(`nowMs must be whole Unix ms, not ${nowMs}`)
    this.setTime(nowMs)
    for (const market of this.#slots.values()) this.passTime(market)
    this.#openSlots()
  }

  /** Goes through every moment that is due, one after the other: what expires before the gate expires before it. */
  passTime(market: SlotMarket): void {
    const { session, book, slot } = market
    for (let dueMs = session.dueMs; dueMs <= this.#nowMs; dueMs = session.dueMs) {
      this.#keeper.traded(slot, book.advance(Math.max(dueMs, book.nowMs)))
      this.move(market, { type: 'TimePassed', nowMs: dueMs }, 'clock')
    }
    this.#keeper.traded(slot, book.advance(this.#nowMs))
    this.#keeper.timePassed(market)
  }

  /** Tells a session what happened, which may leave it where it is. */
  tell(market: SlotMarket, event: SessionEvent, cause: PhaseCause): void {
    const before = market.session.phase
    if (market.session.send(event) !== null) this.#enter(market, before, cause)
  }

  /** Tells a session what has to move it. */
  move(market: SlotMarket, event: SessionEvent, cause: PhaseCause): void {
    const { slot, session } = market
    const { phase } = session
    this.tell(market, event, cause)
    if (session.phase === phase) throw new Error(`slot ${slot} is ${phase}: not moved by ${event.type}`)
  }

  /** Opens a slot's trading; while the market is stopped the keeper only learns that the slot is there. */
  openTrading(market: SlotMarket, cause: PhaseCause): void {
    const { openingCallMs } = this.#keeper.rules
    const callEndsMs = openingCallMs === 0 ? null : this.#nowMs + openingCallMs
    market.session.send({ type: 'TradingOpened', callEndsMs })
    this.#enter(market, 'scheduled', cause)
  }

  /** Halts a slot if what an order did left the price band around the slot's last price before it. */
  holdBand(market: SlotMarket, events: readonly BookEvent[], referenceEurPerMWh: number | null): void {
    const { rules } = this.#keeper
    if (!leavesBand(events, { referenceEurPerMWh, rules })) return
    this.move(market, { type: 'BandLeft', haltEndsMs: this.#nowMs + rules.haltMs }, 'band')
  }

  /** Consecutive slots without a hole, also after a time in which nobody moved the clock: settlement counts on it. */
  #openSlots(): void {
    const { rules } = this.#keeper
    const { slotMinutes, slotsAhead } = rules
    const current = slotAt({ timeMs: this.#nowMs, slotMinutes })
    let next = this.#lastSlot === null ? current + 1 : this.#lastSlot + 1
    if (this.#lastSlot === null) while (slotTimes(next, rules).gateMs <= this.#nowMs) next++
    for (; next <= current + slotsAhead; next++) {
      const market = newSlotMarket({ slot: next, ...this.terms })
      this.#slots.set(next, market)
      this.#lastSlot = next
      if (market.session.dueMs > this.#nowMs) this.openTrading(market, 'clock')
      this.passTime(market)
    }
  }

  #enter(market: SlotMarket, before: SlotPhase, cause: PhaseCause): void {
    const { slot, session, book } = market
    if (book.phase === 'call' && bookPhaseOf(session) !== 'call') this.#endCall(market, before)
    const until = session.untilMs === null ? {} : { untilMs: session.untilMs }
    this.#keeper.phaseEntered({ timeMs: this.#nowMs, slot, phase: session.phase, cause, ...until })
    this.#keeper.traded(slot, book.setPhase(bookPhaseOf(session)))
  }

  /**
   * Ends the call that the book is in: what it has collected trades at one price. A call that was halted to its end,
   * the gate, is not held: its orders are cancelled, and none of them trades.
   */
  #endCall({ slot, book }: SlotMarket, before: SlotPhase): void {
    if (before !== 'halted') {
      this.#keeper.traded(slot, book.uncross())
      return
    }
    for (const orderId of [...this.#keeper.openOrderIds(slot)]) {
      const outcome = book.cancel(orderId)
      if (outcome.accepted) this.#keeper.traded(slot, outcome.events)
    }
  }
}
