import { assign, setup } from 'xstate'

/** First wait before the device is tried again, and the longest. Wall time: hardware knows no simulated clock. */
const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000
/** Failed reads in a row after which the device is looked for anew. */
const FAILURES_BEFORE_BACKOFF = 3

/** What a step of the agent tells its link. Times are the agent's clock. */
export type LinkEvent =
  | { readonly type: 'CONNECT'; readonly nowMs: number }
  | { readonly type: 'CONNECTED' }
  | { readonly type: 'DISCOVERED' }
  | { readonly type: 'READ' }
  /** `lost`: the line is gone or another device answers, so that reading again would be no use */
  | { readonly type: 'FAILED'; readonly nowMs: number; readonly lost: boolean }

/** What the link remembers between events. */
export interface LinkContext {
  readonly clockSpeed: number
  /** failed reads since the last good one */
  readonly failures: number
  /** back-offs since the device was last online */
  readonly backoffs: number
  readonly retryAtMs: number
}

/**
 * The life of an agent's link to its device: disconnected → connecting → discovering → online ⇄ stale, and from any
 * failure that reading again cannot heal backing off, twice as long each time up to a minute. Time is in the events,
 * so there are no timers to lose.
 */
export const linkMachine = setup({
  types: { context: {} as LinkContext, events: {} as LinkEvent, input: {} as { readonly clockSpeed: number } },
  guards: {
    due: ({ context, event }) => event.type === 'CONNECT' && event.nowMs >= context.retryAtMs,
    hopeless: ({ context, event }) =>
      event.type === 'FAILED' && (event.lost || context.failures + 1 >= FAILURES_BEFORE_BACKOFF),
  },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0, backoffs: 0 }),
    backOff: assign(({ context, event }) => {
      const wallMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(context.backoffs, 16))
      const nowMs = event.type === 'FAILED' ? event.nowMs : 0
      return { failures: 0, backoffs: context.backoffs + 1, retryAtMs: nowMs + wallMs * context.clockSpeed }
    }),
  },
}).createMachine({
  id: 'link',
  context: ({ input }) => ({ clockSpeed: input.clockSpeed, failures: 0, backoffs: 0, retryAtMs: 0 }),
  initial: 'disconnected',
  states: {
    disconnected: { on: { CONNECT: 'connecting' } },
    connecting: { on: { CONNECTED: 'discovering', FAILED: { target: 'backingOff', actions: 'backOff' } } },
    discovering: {
      on: {
        DISCOVERED: { target: 'online', actions: 'forgetFailures' },
        FAILED: { target: 'backingOff', actions: 'backOff' },
      },
    },
    online: {
      on: {
        FAILED: [
          { guard: 'hopeless', target: 'backingOff', actions: 'backOff' },
          { target: 'stale', actions: 'countFailure' },
        ],
      },
    },
    stale: {
      on: {
        READ: { target: 'online', actions: 'forgetFailures' },
        FAILED: [{ guard: 'hopeless', target: 'backingOff', actions: 'backOff' }, { actions: 'countFailure' }],
      },
    },
    backingOff: { on: { CONNECT: { guard: 'due', target: 'connecting' } } },
  },
})

/** The link's state by name. */
export type LinkState = 'disconnected' | 'connecting' | 'discovering' | 'online' | 'stale' | 'backingOff'
