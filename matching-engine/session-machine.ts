import { assign, initialTransition, type SnapshotFrom, setup, transition } from 'xstate'
import type { SlotPhase } from '#protocol/market-event.ts'

/** When the phases of one slot end by the clock, Unix ms. */
export interface SessionTimes {
  readonly gateMs: number
  readonly startMs: number
  readonly endMs: number
}

/** What stands between a slot and its trading. Deadlines are data: a session taken up again has them still. */
export interface SessionHolds {
  /** when the opening call ends, Unix ms, also while it is halted; null: no call is under way */
  readonly callEndsMs: number | null
  /** when the halt of the price band ends, Unix ms; null: there is none */
  readonly haltEndsMs: number | null
  /** the operator has halted the slot */
  readonly isHeld: boolean
  /** the operator has stopped the whole market */
  readonly isStopped: boolean
}

/** What moves a session on. Time is told, never measured, so a session replays. */
export type SessionEvent =
  /** `callEndsMs` null opens without a call */
  | { readonly type: 'TradingOpened'; readonly callEndsMs: number | null }
  /** a trade was too far from the reference price */
  | { readonly type: 'BandLeft'; readonly haltEndsMs: number }
  | { readonly type: 'SlotHalted' }
  /** the operator lets the slot trade again, whatever has halted it */
  | { readonly type: 'SlotResumed' }
  | { readonly type: 'MarketStopped' }
  | { readonly type: 'MarketStarted' }
  | { readonly type: 'TimePassed'; readonly nowMs: number }
  | { readonly type: 'StatementsCompleted' }
  | { readonly type: 'BatchDisputed' }
  | { readonly type: 'BatchUpheld' }
  | { readonly type: 'BatchFinalized' }

const nothingHolds: SessionHolds = { callEndsMs: null, haltEndsMs: null, isHeld: false, isStopped: false }

/** The gate closes whatever else is going on, so it is looked at first. */
const gateClosed = { guard: 'gateIsReached', target: 'closed', actions: 'letGo' } as const
/** Where a slot goes back to whose halts have all ended. */
const tradesAgain = [{ guard: 'wasInCall', target: 'call' }, { target: 'continuous' }] as const
const halts = {
  SlotHalted: { target: 'halted', actions: 'hold' },
  MarketStopped: { target: 'halted', actions: 'stop' },
} as const

/**
 * The life of a slot (DOMAIN): scheduled → call? → continuous ⇄ halted? → closed → delivering → metering →
 * settling ⇄ disputed? → settled. It names the phase; the market writes it into the log and into the book.
 * A slot is halted by the price band, by the operator, and by a stop of the market, in any combination: it trades
 * again when the last of them is over, and a call goes on where it was. `TimePassed` moves one phase at a time.
 */
export const sessionMachine = setup({
  types: {
    context: {} as SessionTimes & SessionHolds,
    input: {} as SessionTimes & Partial<SessionHolds>,
    events: {} as SessionEvent,
  },
  guards: {
    opensWithCall: ({ event }) => event.type === 'TradingOpened' && event.callEndsMs !== null,
    wasInCall: ({ context }) => context.callEndsMs !== null,
    marketIsStopped: ({ context }) => context.isStopped,
    isHaltedOtherwise: ({ context }) => context.isHeld || context.haltEndsMs !== null,
    callIsOver: ({ context, event }) => isReached(context.callEndsMs, event),
    haltIsOver: ({ context, event }) => !context.isHeld && !context.isStopped && isReached(context.haltEndsMs, event),
    gateIsReached: ({ context, event }) => isReached(context.gateMs, event),
    deliveryHasBegun: ({ context, event }) => isReached(context.startMs, event),
    deliveryHasEnded: ({ context, event }) => isReached(context.endMs, event),
  },
  actions: {
    beginCall: assign({ callEndsMs: ({ event }) => (event.type === 'TradingOpened' ? event.callEndsMs : null) }),
    endCall: assign({ callEndsMs: null }),
    beginHalt: assign({ haltEndsMs: ({ event }) => (event.type === 'BandLeft' ? event.haltEndsMs : null) }),
    hold: assign({ isHeld: true }),
    resume: assign({ isHeld: false, haltEndsMs: null }),
    stop: assign({ isStopped: true }),
    start: assign({ isStopped: false }),
    letGo: assign(nothingHolds),
  },
}).createMachine({
  id: 'session',
  context: ({ input }) => ({ ...nothingHolds, ...input }),
  initial: 'scheduled',
  states: {
    scheduled: {
      on: {
        TradingOpened: [
          { guard: 'marketIsStopped' },
          { guard: 'opensWithCall', target: 'call', actions: 'beginCall' },
          { target: 'continuous' },
        ],
        MarketStopped: { actions: 'stop' },
        MarketStarted: { actions: 'start' },
        TimePassed: gateClosed,
      },
    },
    call: {
      on: { ...halts, TimePassed: [gateClosed, { guard: 'callIsOver', target: 'continuous', actions: 'endCall' }] },
    },
    continuous: {
      on: { ...halts, BandLeft: { target: 'halted', actions: 'beginHalt' }, TimePassed: gateClosed },
    },
    halted: {
      on: {
        SlotHalted: { actions: 'hold' },
        MarketStopped: { actions: 'stop' },
        SlotResumed: [
          { guard: 'marketIsStopped', actions: 'resume' },
          ...tradesAgain.map((step) => ({ ...step, actions: 'resume' as const })),
        ],
        MarketStarted: [
          { guard: 'isHaltedOtherwise', actions: 'start' },
          ...tradesAgain.map((step) => ({ ...step, actions: 'start' as const })),
        ],
        TimePassed: [gateClosed, { guard: 'haltIsOver', target: 'continuous', actions: 'resume' }],
      },
    },
    closed: { on: { TimePassed: { guard: 'deliveryHasBegun', target: 'delivering' } } },
    delivering: { on: { TimePassed: { guard: 'deliveryHasEnded', target: 'metering' } } },
    metering: { on: { StatementsCompleted: 'settling' } },
    settling: { on: { BatchFinalized: 'settled', BatchDisputed: 'disputed' } },
    disputed: { on: { BatchUpheld: 'settling' } },
    settled: { type: 'final' },
  },
})

function isReached(timeMs: number | null, event: SessionEvent): boolean {
  return timeMs !== null && event.type === 'TimePassed' && event.nowMs >= timeMs
}

type Snapshot = SnapshotFrom<typeof sessionMachine>

/** One slot's session: the machine, driven by pure transitions. */
export class Session {
  #snapshot: Snapshot

  /** A session in the phase, and under the halts, in which the log left it; scheduled if the log does not know it yet. */
  constructor(session: SessionTimes & Partial<SessionHolds> & { readonly phase: SlotPhase }) {
    const { phase, ...input } = session
    const [initial] = initialTransition(sessionMachine, input)
    const { context } = initial
    this.#snapshot = phase === 'scheduled' ? initial : sessionMachine.resolveState({ value: phase, context })
  }

  get phase(): SlotPhase {
    return this.#snapshot.value
  }

  /** What holds it: with its phase all there is to take it up again. */
  get holds(): SessionHolds {
    const { callEndsMs, haltEndsMs, isHeld, isStopped } = this.#snapshot.context
    return { callEndsMs, haltEndsMs, isHeld, isStopped }
  }

  /** When the clock ends the call or the halt that the slot is in, Unix ms; null where it ends neither. */
  get untilMs(): number | null {
    const { callEndsMs, haltEndsMs } = this.#snapshot.context
    return this.phase === 'call' ? callEndsMs : this.phase === 'halted' ? haltEndsMs : null
  }

  /** When time alone moves the session next, Unix ms; infinity once it waits for statements or its batch. */
  get dueMs(): number {
    const { gateMs, startMs, endMs, isHeld, isStopped } = this.#snapshot.context
    switch (this.phase) {
      case 'call':
        return Math.min(this.untilMs ?? gateMs, gateMs)
      case 'halted':
        return isHeld || isStopped ? gateMs : Math.min(this.untilMs ?? gateMs, gateMs)
      case 'closed':
        return startMs
      case 'delivering':
        return endMs
      case 'metering':
      case 'settling':
      case 'disputed':
      case 'settled':
        return Number.POSITIVE_INFINITY
      default:
        return gateMs
    }
  }

  /** Tells the session what happened; gives the phase it entered, or null if it stays where it is. */
  send(event: SessionEvent): SlotPhase | null {
    const before = this.phase
    const [next] = transition(sessionMachine, this.#snapshot, event)
    this.#snapshot = next
    return this.phase === before ? null : this.phase
  }
}
