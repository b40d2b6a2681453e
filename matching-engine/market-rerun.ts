import { isDeepStrictEqual } from 'node:util'
import type { SignedMessage } from '#protocol/envelope.ts'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import { Market } from './market.ts'

/** Where a log stops being what its commands make of it. */
export interface Divergence {
  readonly sequence: number
  readonly logged: MarketEvent
  /** what happens there when the commands are run again; null: nothing does */
  readonly expected: MarketEvent | null
  /** why the logged command is refused, where that is the reason */
  readonly reason?: string
}

/**
 * Runs a market again from its log: takes every command anew (signature, nonce, limits, place in the reading chain),
 * matches it anew, and holds what happens against what the log says happened. With `onlySlot` the commands of one
 * slot, and the enrolments that they need, are run and compared, nothing else.
 */
export class MarketRerun {
  readonly #market = new Market()
  readonly #onlySlot: number | null
  #due: MarketEvent[] = []
  #keepsCauses = false

  constructor(options: { readonly onlySlot?: number } = {}) {
    this.#onlySlot = options.onlySlot ?? null
  }

  /** The log's next event; null if it is what happens. After a divergence the rerun is over. */
  next({ sequence, event }: LoggedEvent): Divergence | null {
    if (!this.#concerns(event)) return null
    try {
      const reason = this.#due.length === 0 ? this.#run(event, sequence) : null
      const expected = this.#due.shift() ?? null
      if (isDeepStrictEqual(expected, this.#asLogged(event, expected))) return null
      return { sequence, logged: event, expected, ...(reason === null ? {} : { reason }) }
    } catch (cause) {
      // A field that no market ever writes: a time that is not whole, a slot that does not exist.
      const reason = cause instanceof Error ? cause.message : String(cause)
      return { sequence, logged: event, expected: null, reason }
    }
  }

  /** Whether everything that happened has been seen in the log; else what is missing at its end. */
  get missing(): MarketEvent | null {
    return this.#due[0] ?? null
  }

  /** Does again what made the event happen; gives the reason if that is refused now. */
  #run(event: MarketEvent, sequence: number): string | null {
    switch (event.type) {
      case 'NeighbourhoodOpened':
        if (sequence !== 1) return 'a neighbourhood is opened once, by the first event of its log'
        // Both joined at the same time.
        this.#keepsCauses = 'openingCallMs' in event.rules
        this.#market.open(event)
        return this.#collect()
      case 'FundsChanged':
      case 'DevicesChanged':
      case 'BatchProposed':
      case 'BatchDisputed':
      case 'BatchUpheld':
      case 'BatchFinalized':
        // Settlement does not move the market's time.
        return this.#market.record(event) ?? this.#collect()
      default:
        this.#market.moveTime(event.timeMs)
        this.#collect()
    }
    const command = commandOf(event)
    if (command === null || this.#due.length > 0) return null
    const outcome = this.#market.take(command)
    return outcome.accepted ? this.#collect() : `${outcome.code}: ${outcome.detail}`
  }

  /**
   * An event as it would be logged now: one from before causes were kept, and only that, is given the expected one. A
   * log of that time has rules of that time, too.
   */
  #asLogged(event: MarketEvent, expected: MarketEvent | null): MarketEvent {
    if (event.type !== 'SlotPhaseChanged' || expected?.type !== 'SlotPhaseChanged') return event
    this.#keepsCauses ||= event.cause !== undefined
    return this.#keepsCauses || expected.cause === undefined ? event : { ...event, cause: expected.cause }
  }

  #collect(): null {
    for (const event of this.#market.takeEvents()) if (this.#concerns(event)) this.#due.push(event)
    return null
  }

  #concerns(event: MarketEvent): boolean {
    if (this.#onlySlot === null || event.type === 'NeighbourhoodOpened' || event.type === 'HomeEnrolled') return true
    const slot = tradingSlotOf(event)
    return slot === this.#onlySlot || slot === 'all'
  }
}

/** The signed message that an event is about; null where time, another message or settlement is behind it. */
export function commandOf(event: MarketEvent): SignedMessage | null {
  switch (event.type) {
    case 'HomeEnrolled':
      return event.enrolment
    case 'SessionAuthorised':
      return event.session
    case 'ReadingAccepted':
      return event.reading
    case 'StatementAccepted':
      return event.statement
    case 'OrderPlaced':
    case 'OrderAmended':
      return event.order
    case 'OrderCancelled':
      return event.cancel
    case 'MarketControlled':
      return event.control
    default:
      return null
  }
}

/** The slot in whose book an event happened, or null. */
function tradingSlotOf(event: MarketEvent): number | 'all' | null {
  switch (event.type) {
    case 'MarketControlled': {
      const { action, slot } = event.control.body
      return action === 'stop' || action === 'start' ? 'all' : slot
    }
    case 'FundsChanged':
    case 'DevicesChanged':
      return 'all'
    case 'SlotPhaseChanged':
    case 'OrderReduced':
    case 'OrderClosed':
      return event.slot
    case 'OrderPlaced':
    case 'OrderAmended':
      return event.order.body.slot
    case 'OrderCancelled':
      return event.cancel.body.slot
    case 'TradeMatched':
      return event.trade.slot
    default:
      return null
  }
}
