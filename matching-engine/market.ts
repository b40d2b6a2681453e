import type { SignedCancel, SignedControl, SignedOrder } from '#protocol/envelope.ts'
import type { Hash32 } from '#protocol/ids.ts'
import type { LoggedEvent, MarketEvent, MarketEventOf, PhaseCause, SlotPhase } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { slotAt } from '#protocol/slot.ts'
import { applyEvent, emptyStreet, type Street, type StreetSlot } from '#protocol/street.ts'
import { type Admitted, admit } from './admission/admit.ts'
import { type MarketView, slotTimes } from './admission/market-view.ts'
import { replacedOrder } from './admission/order.ts'
import { type RecordedEvent, recordFault } from './batch-order.ts'
import type { BookEvent, BookOutcome } from './book/book-event.ts'
import { MarketMemory } from './market-memory.ts'
import type { MarketState } from './market-snapshot.ts'
import { leavesBand } from './price-band.ts'
import type { SessionEvent } from './session-machine.ts'
import { bookPhaseOf, newSlotMarket, restoredSlotMarket, type SlotMarket } from './slot-market.ts'
import { marketEventOf } from './trading-events.ts'

/** What a control tells the sessions it is for. */
const sessionEvents = {
  halt: 'SlotHalted',
  resume: 'SlotResumed',
  stop: 'MarketStopped',
  start: 'MarketStarted',
} as const

/**
 * The quiet core of a neighbourhood: commands in, events out, all of it synchronous. It runs ahead of the log by
 * the events that `takeEvents` has not handed over yet, so whoever drives it must stop if they cannot be kept.
 */
export class Market {
  readonly #street: Street
  readonly #memory: MarketMemory
  readonly #slots = new Map<number, SlotMarket>()
  #lastSlot: number | null = null
  #nowMs = 0
  #events: MarketEvent[] = []

  /** A new market, or one whose log has come this far already; the state belongs to it from now on. */
  constructor(state?: Pick<MarketState, 'street' | 'memory'>) {
    this.#street = state?.street ?? emptyStreet()
    this.#memory = new MarketMemory(state?.memory)
  }

  get memory(): Pick<MarketMemory, 'lastStatement' | 'state'> {
    return this.#memory
  }

  /** A new market's first event. */
  open(opened: MarketEventOf<'NeighbourhoodOpened'>): void {
    this.#emit(opened)
  }

  /** Takes an event of the log as it was; `resume` after the last one. */
  replay(logged: LoggedEvent): void {
    applyEvent(this.#street, logged)
    this.#memory.apply(logged.event)
  }

  /** Rebuilds sessions and books of all slots that are not settled from its state. */
  resume(): void {
    this.#nowMs = this.#street.timeMs
    for (const of of this.#street.slots.values()) {
      this.#lastSlot = Math.max(this.#lastSlot ?? of.slot, of.slot)
      if (of.phase === 'settled') continue
      this.#slots.set(of.slot, restoredSlotMarket({ of, ...this.#terms }))
    }
  }

  /** What happened since the last call, in order: to be appended to the log. */
  takeEvents(): readonly MarketEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Moves time (Unix ms, whole): opens slots, expires orders, closes gates, delivers. A step back is no step. */
  moveTime(nowMs: number): void {
    if (!Number.isSafeInteger(nowMs)) throw new RangeError(`nowMs must be whole Unix ms, not ${nowMs}`)
    this.#nowMs = Math.max(this.#nowMs, nowMs)
    for (const market of this.#slots.values()) this.#passTime(market)
    this.#openSlots()
  }

  /** Decides about one signed message at the time of the last `moveTime`. A refusal changes nothing. */
  take(input: unknown): Outcome {
    const admitted = admit(this.#view, input)
    return 'code' in admitted ? refused(admitted) : this.#apply(admitted)
  }

  /** Takes what settlement did or found; gives the reason if it cannot follow. */
  record(event: RecordedEvent): string | null {
    const fault = recordFault(this.#street, event)
    if (fault !== null) return fault
    this.#nowMs = Math.max(this.#nowMs, event.timeMs)
    this.#emit({ ...event, timeMs: this.#nowMs })
    const { type } = event
    if (type === 'BatchProposed' || type === 'FundsChanged') return null
    const { firstSlot, lastSlot } = known(this.#street.batches.get(event.number)).batch
    for (let slot = firstSlot; slot <= lastSlot; slot++) {
      this.#move(known(this.#slots.get(slot)), { type }, 'batch')
      if (type === 'BatchFinalized') this.#slots.delete(slot)
    }
    return null
  }

  get #rules(): MarketRules {
    return known(this.#street.rules)
  }

  /** What a slot's market is made with. */
  get #terms() {
    return { rules: this.#rules, nowMs: this.#nowMs, isStopped: this.#street.isStopped }
  }

  get #view(): MarketView {
    const { domain, operator } = this.#street
    return {
      street: this.#street,
      rules: this.#rules,
      domain: known(domain),
      operator: known(operator),
      nowMs: this.#nowMs,
      wasSeen: (order) => this.#memory.wasSeen(order),
      ordersTaken: (of) => this.#memory.ordersTaken(of),
    }
  }

  #emit(event: MarketEvent): void {
    this.replay({ sequence: this.#street.sequence + 1, event })
    this.#events.push(event)
  }

  #emitTrading(slot: number, events: readonly BookEvent[], cause: SignedOrder | null): void {
    for (const event of events) {
      const meant = marketEventOf({ event, slot: this.#streetSlot(slot), timeMs: this.#nowMs, cause })
      if (meant !== null) this.#emit(meant)
    }
  }

  #streetSlot(slot: number): StreetSlot {
    return known(this.#street.slots.get(slot))
  }

  /** Consecutive slots without a hole, also after a time in which nobody moved the clock: settlement counts on it. */
  #openSlots(): void {
    const rules = this.#rules
    const { slotMinutes, slotsAhead } = rules
    const current = slotAt({ timeMs: this.#nowMs, slotMinutes })
    let next = this.#lastSlot === null ? current + 1 : this.#lastSlot + 1
    if (this.#lastSlot === null) while (slotTimes(next, rules).gateMs <= this.#nowMs) next++
    for (; next <= current + slotsAhead; next++) {
      const market = newSlotMarket({ slot: next, ...this.#terms })
      this.#slots.set(next, market)
      this.#lastSlot = next
      if (market.session.dueMs > this.#nowMs) this.#openTrading(market, 'clock')
      this.#passTime(market)
    }
  }

  /** Opens a slot's trading; while the market is stopped the log only learns that the slot is there. */
  #openTrading(market: SlotMarket, cause: PhaseCause): void {
    const { openingCallMs } = this.#rules
    const callEndsMs = openingCallMs === 0 ? null : this.#nowMs + openingCallMs
    const phase = market.session.send({ type: 'TradingOpened', callEndsMs })
    this.#enter(market, phase ?? 'scheduled', cause)
  }

  /** Goes through every moment that is due, one after the other: what expires before the gate expires before it. */
  #passTime(market: SlotMarket): void {
    const { session, book } = market
    for (let dueMs = session.dueMs; dueMs <= this.#nowMs; dueMs = session.dueMs) {
      this.#emitTrading(market.slot, book.advance(Math.max(dueMs, book.nowMs)), null)
      this.#move(market, { type: 'TimePassed', nowMs: dueMs }, 'clock')
    }
    this.#emitTrading(market.slot, book.advance(this.#nowMs), null)
    this.#completeStatements(market)
  }

  /** Tells a session what happened, which may leave it where it is. */
  #tell(market: SlotMarket, event: SessionEvent, cause: PhaseCause): void {
    const phase = market.session.send(event)
    if (phase !== null) this.#enter(market, phase, cause)
  }

  /** Tells a session what has to move it. */
  #move(market: SlotMarket, event: SessionEvent, cause: PhaseCause): void {
    const { slot, session } = market
    const { phase } = session
    this.#tell(market, event, cause)
    if (session.phase === phase) throw new Error(`slot ${slot} is ${phase}: not moved by ${event.type}`)
  }

  #enter(market: SlotMarket, phase: SlotPhase, cause: PhaseCause): void {
    const { slot, session, book } = market
    if (book.phase === 'call' && bookPhaseOf(session) !== 'call') this.#endCall(market)
    const until = session.untilMs === null ? {} : { untilMs: session.untilMs }
    this.#emit({ type: 'SlotPhaseChanged', timeMs: this.#nowMs, slot, phase, cause, ...until })
    this.#emitTrading(slot, book.setPhase(bookPhaseOf(session)), null)
  }

  /**
   * Ends the call that the book is in: what it has collected trades at one price. A call that was halted to its end,
   * the gate, is not held: its orders are cancelled, and none of them trades.
   */
  #endCall({ slot, book }: SlotMarket): void {
    const { phase, openOrders } = this.#streetSlot(slot)
    if (phase !== 'halted') {
      this.#emitTrading(slot, book.uncross(), null)
      return
    }
    for (const orderId of [...openOrders.keys()]) {
      const outcome = book.cancel(orderId)
      if (outcome.accepted) this.#emitTrading(slot, outcome.events, null)
    }
  }

  #completeStatements(market: SlotMarket): void {
    if (market.session.phase !== 'metering') return
    const { statements } = this.#streetSlot(market.slot)
    for (const { account } of this.#street.homes.values()) if (!statements.has(account)) return
    this.#move(market, { type: 'StatementsCompleted' }, 'statements')
  }

  #apply({ message, digest }: Admitted): Outcome {
    const timeMs = this.#nowMs
    switch (message.kind) {
      case 'enrolment':
        this.#emit({ type: 'HomeEnrolled', timeMs, enrolment: message })
        break
      case 'session':
        this.#emit({ type: 'SessionAuthorised', timeMs, session: message })
        break
      case 'reading':
        this.#emit({ type: 'ReadingAccepted', timeMs, reading: message, hash: digest })
        break
      case 'statement':
        this.#emit({ type: 'StatementAccepted', timeMs, statement: message })
        this.#completeStatements(known(this.#slots.get(message.body.slot)))
        break
      case 'order':
        return message.body.replaces === 0 ? this.#place(message, digest) : this.#amend(message)
      case 'cancel':
        return this.#cancel(message)
      case 'control':
        this.#control(message)
        break
    }
    return { accepted: true, id: digest }
  }

  #place(order: SignedOrder, orderId: Hash32): Outcome {
    const market = known(this.#slots.get(order.body.slot))
    const { book } = market
    const outcome = book.place({ id: orderId, ...order.body })
    if (!outcome.accepted) return bookRefused(outcome)
    this.#trade(market, outcome.events, order)
    return { accepted: true, id: orderId }
  }

  #amend(order: SignedOrder): Outcome {
    const market = known(this.#slots.get(order.body.slot))
    const { book } = market
    const { orderId } = known(replacedOrder(this.#view, order.body))
    const { priceEurPerMWh, energyWh } = order.body
    const outcome = book.amend({ id: orderId, priceEurPerMWh, energyWh })
    if (!outcome.accepted) return bookRefused(outcome)
    // A total that is filled already only closes the order; the log keeps who asked for it.
    if (outcome.events[0]?.type !== 'amended') {
      this.#emit({ type: 'OrderAmended', timeMs: this.#nowMs, orderId, order, priority: 'kept' })
    }
    this.#trade(market, outcome.events, order)
    return { accepted: true, id: orderId }
  }

  /** What an order did, and the halt that follows if it left the price band. */
  #trade(market: SlotMarket, events: readonly BookEvent[], order: SignedOrder): void {
    const rules = this.#rules
    const { lastPriceEurPerMWh: referenceEurPerMWh } = this.#streetSlot(market.slot)
    this.#emitTrading(market.slot, events, order)
    if (!leavesBand(events, { referenceEurPerMWh, rules })) return
    this.#move(market, { type: 'BandLeft', haltEndsMs: this.#nowMs + rules.haltMs }, 'band')
  }

  #control(control: SignedControl): void {
    this.#emit({ type: 'MarketControlled', timeMs: this.#nowMs, control })
    const { action, slot } = control.body
    const isForOne = action === 'halt' || action === 'resume'
    for (const market of isForOne ? [known(this.#slots.get(slot))] : this.#slots.values()) {
      this.#tell(market, { type: sessionEvents[action] }, 'operator')
      if (action === 'start' && market.session.phase === 'scheduled') this.#openTrading(market, 'operator')
      this.#passTime(market) // what was due while it was halted
    }
  }

  #cancel(cancel: SignedCancel): Outcome {
    const { slot, book } = known(this.#slots.get(cancel.body.slot))
    const { orderId } = cancel.body
    const outcome = book.cancel(orderId)
    if (!outcome.accepted) return bookRefused(outcome)
    this.#emit({ type: 'OrderCancelled', timeMs: this.#nowMs, orderId, cancel })
    this.#emitTrading(slot, outcome.events, null)
    return { accepted: true, id: orderId }
  }
}

function refused(refusal: Refusal): Outcome {
  return { accepted: false, ...refusal }
}

/** The book names fields of the order; the outside knows them as fields of the envelope's body. */
function bookRefused({ refusal }: Extract<BookOutcome, { readonly accepted: false }>): Outcome {
  const { field, ...rest } = refusal
  return { accepted: false, ...rest, ...(field === undefined || field === 'id' ? {} : { field: `body.${field}` }) }
}

function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('the market lost track of something it had checked')
  return value
}
