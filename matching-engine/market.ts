import { applyEvent } from '#protocol/apply-event.ts'
import type { SignedCancel, SignedControl, SignedOrder } from '#protocol/envelope.ts'
import type { Hash32 } from '#protocol/ids.ts'
import type { LoggedEvent, MarketEvent, MarketEventOf } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { emptyStreet, type Street, type StreetSlot } from '#protocol/street.ts'
import { type Admitted, admit } from './admission/admit.ts'
import type { MarketView } from './admission/market-view.ts'
import { replacedOrder } from './admission/order.ts'
import { type RecordedEvent, recordFault } from './batch-order.ts'
import type { BookEvent, BookOutcome } from './book/book-event.ts'
import { MarketMemory } from './market-memory.ts'
import type { MarketState } from './market-snapshot.ts'
import { restoredSlotMarket, type SlotMarket } from './slot-market.ts'
import { marketEventOf } from './trading-events.ts'
import { TradingFloor } from './trading-floor.ts'

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
  readonly #floor: TradingFloor
  #events: MarketEvent[] = []

  /** A new market, or one whose log has come this far already; the state belongs to it from now on. */
  constructor(state?: Pick<MarketState, 'street' | 'memory'>) {
    this.#street = state?.street ?? emptyStreet()
    this.#memory = new MarketMemory(state?.memory)
    const market = this
    this.#floor = new TradingFloor({
      get rules() {
        return market.#rules
      },
      get isStopped() {
        return market.#street.isStopped
      },
      phaseEntered: (entered) => this.#emit({ type: 'SlotPhaseChanged', ...entered }),
      traded: (slot, events) => this.#emitTrading(slot, events, null),
      openOrderIds: (slot) => this.#streetSlot(slot).openOrders.keys(),
      timePassed: (of) => this.#completeStatements(of),
    })
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
    this.#floor.setTime(this.#street.timeMs)
    for (const of of this.#street.slots.values()) {
      const isSettled = of.phase === 'settled'
      this.#floor.resume(of.slot, isSettled ? null : restoredSlotMarket({ of, ...this.#floor.terms }))
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
    this.#floor.moveTime(nowMs)
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
    this.#floor.setTime(event.timeMs)
    this.#emit({ ...event, timeMs: this.#floor.nowMs })
    const { type } = event
    if (type === 'BatchProposed' || type === 'FundsChanged' || type === 'DevicesChanged') return null
    const { firstSlot, lastSlot } = known(this.#street.batches.get(event.number)).batch
    for (let slot = firstSlot; slot <= lastSlot; slot++) {
      this.#floor.move(this.#floor.market(slot), { type }, 'batch')
      if (type === 'BatchFinalized') this.#floor.settle(slot)
    }
    return null
  }

  get #rules(): MarketRules {
    return known(this.#street.rules)
  }

  get #view(): MarketView {
    const { domain, operator } = this.#street
    return {
      street: this.#street,
      rules: this.#rules,
      domain: known(domain),
      operator: known(operator),
      nowMs: this.#floor.nowMs,
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
      const meant = marketEventOf({ event, slot: this.#streetSlot(slot), timeMs: this.#floor.nowMs, cause })
      if (meant !== null) this.#emit(meant)
    }
  }

  #streetSlot(slot: number): StreetSlot {
    return known(this.#street.slots.get(slot))
  }

  #completeStatements(market: SlotMarket): void {
    if (market.session.phase !== 'metering') return
    const { statements } = this.#streetSlot(market.slot)
    for (const { account } of this.#street.homes.values()) if (!statements.has(account)) return
    this.#floor.move(market, { type: 'StatementsCompleted' }, 'statements')
  }

  #apply({ message, digest }: Admitted): Outcome {
    const timeMs = this.#floor.nowMs
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
        this.#completeStatements(this.#floor.market(message.body.slot))
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
    const market = this.#floor.market(order.body.slot)
    const { book } = market
    const outcome = book.place({ id: orderId, ...order.body })
    if (!outcome.accepted) return bookRefused(outcome)
    this.#trade(market, outcome.events, order)
    return { accepted: true, id: orderId }
  }

  #amend(order: SignedOrder): Outcome {
    const market = this.#floor.market(order.body.slot)
    const { book } = market
    const { orderId } = known(replacedOrder(this.#view, order.body))
    const { priceEurPerMWh, energyWh } = order.body
    const outcome = book.amend({ id: orderId, priceEurPerMWh, energyWh })
    if (!outcome.accepted) return bookRefused(outcome)
    // A total that is filled already only closes the order; the log keeps who asked for it.
    if (outcome.events[0]?.type !== 'amended') {
      this.#emit({ type: 'OrderAmended', timeMs: this.#floor.nowMs, orderId, order, priority: 'kept' })
    }
    this.#trade(market, outcome.events, order)
    return { accepted: true, id: orderId }
  }

  /** What an order did, and the halt that follows if it left the price band. */
  #trade(market: SlotMarket, events: readonly BookEvent[], order: SignedOrder): void {
    const { lastPriceEurPerMWh } = this.#streetSlot(market.slot)
    this.#emitTrading(market.slot, events, order)
    this.#floor.holdBand(market, events, lastPriceEurPerMWh)
  }

  #control(control: SignedControl): void {
    this.#emit({ type: 'MarketControlled', timeMs: this.#floor.nowMs, control })
    const { action, slot } = control.body
    const isForOne = action === 'halt' || action === 'resume'
    for (const market of isForOne ? [this.#floor.market(slot)] : this.#floor.markets) {
      this.#floor.tell(market, { type: sessionEvents[action] }, 'operator')
      if (action === 'start' && market.session.phase === 'scheduled') this.#floor.openTrading(market, 'operator')
      this.#floor.passTime(market) // what was due while it was halted
    }
  }

  #cancel(cancel: SignedCancel): Outcome {
    const { slot, book } = this.#floor.market(cancel.body.slot)
    const { orderId } = cancel.body
    const outcome = book.cancel(orderId)
    if (!outcome.accepted) return bookRefused(outcome)
    this.#emit({ type: 'OrderCancelled', timeMs: this.#floor.nowMs, orderId, cancel })
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
