import { initialTransition, type SnapshotFrom, setup, transition } from 'xstate'
import type { SlotPhase } from '#protocol/market-event.ts'

/** When the phases of one slot end by the clock, Unix ms. */
export interface SessionTimes {
  readonly gateMs: number
  readonly startMs: number
  readonly endMs: number
}

/** What moves a session on. Time is told, never measured, so a session replays. */
export type SessionEvent =
  | { readonly type: 'TradingOpened'; readonly opening: 'call' | 'continuous' }
  | { readonly type: 'AuctionUncrossed' }
  | { readonly type: 'TradingHalted' }
  | { readonly type: 'TradingResumed' }
  | { readonly type: 'TimePassed'; readonly nowMs: number }
  | { readonly type: 'StatementsCompleted' }
  | { readonly type: 'BatchFinalized' }

const gateClosed = { guard: 'gateIsReached', target: 'closed' } as const

/**
 * The life of a slot (DOMAIN): scheduled → call? → continuous ⇄ halted? → closed → delivering → metering →
 * settling → settled. It names the phase; the neighbourhood writes it into the log and into the book.
 * `TimePassed` moves one phase at a time: send it until the phase stays.
 */
export const sessionMachine = setup({
  types: {
    context: {} as SessionTimes,
    input: {} as SessionTimes,
    events: {} as SessionEvent,
  },
  guards: {
    opensWithCall: ({ event }) => event.type === 'TradingOpened' && event.opening === 'call',
    gateIsReached: ({ context, event }) => event.type === 'TimePassed' && event.nowMs >= context.gateMs,
    deliveryHasBegun: ({ context, event }) => event.type === 'TimePassed' && event.nowMs >= context.startMs,
    deliveryHasEnded: ({ context, event }) => event.type === 'TimePassed' && event.nowMs >= context.endMs,
  },
}).createMachine({
  id: 'session',
  context: ({ input }) => input,
  initial: 'scheduled',
  states: {
    scheduled: {
      on: {
        TradingOpened: [{ guard: 'opensWithCall', target: 'call' }, { target: 'continuous' }],
        TimePassed: gateClosed,
      },
    },
    call: { on: { AuctionUncrossed: 'continuous', TimePassed: gateClosed } },
    continuous: { on: { TradingHalted: 'halted', TimePassed: gateClosed } },
    halted: { on: { TradingResumed: 'continuous', TimePassed: gateClosed } },
    closed: { on: { TimePassed: { guard: 'deliveryHasBegun', target: 'delivering' } } },
    delivering: { on: { TimePassed: { guard: 'deliveryHasEnded', target: 'metering' } } },
    metering: { on: { StatementsCompleted: 'settling' } },
    settling: { on: { BatchFinalized: 'settled' } },
    settled: { type: 'final' },
  },
})

type Snapshot = SnapshotFrom<typeof sessionMachine>

/** One slot's session: the machine, driven by pure transitions. */
export class Session {
  #snapshot: Snapshot

  /** A session in the phase the log left it in; scheduled if the log does not know it yet. */
  constructor(session: SessionTimes & { readonly phase: SlotPhase }) {
    const { phase, gateMs, startMs, endMs } = session
    const times = { gateMs, startMs, endMs }
    const [initial] = initialTransition(sessionMachine, times)
    this.#snapshot = phase === 'scheduled' ? initial : sessionMachine.resolveState({ value: phase, context: times })
  }

  get phase(): SlotPhase {
    return this.#snapshot.value
  }

  /** When time alone moves the session next, Unix ms; infinity once it waits for statements or its batch. */
  get dueMs(): number {
    const { gateMs, startMs, endMs } = this.#snapshot.context
    switch (this.phase) {
      case 'closed':
        return startMs
      case 'delivering':
        return endMs
      case 'metering':
      case 'settling':
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
