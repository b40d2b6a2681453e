import { assign, setup } from 'xstate'

/** What happens to a batch. `finalizableAtMs` is clock time, Unix ms. */
export type BatchMachineEvent =
  | { readonly type: 'SLOTS_SETTLING' }
  | { readonly type: 'PROPOSED'; readonly finalizableAtMs: number }
  | { readonly type: 'TIME'; readonly nowMs: number }
  /** the chain has it not any more, or rests it on one that has fallen */
  | { readonly type: 'FELL' }
  | { readonly type: 'FINALIZED' }
  | { readonly type: 'CLAIMED' }
  | { readonly type: 'FAILED'; readonly reason: string }
  | { readonly type: 'RETRY' }

/**
 * The life of a settlement batch: collecting → proposing → window → finalizing → claiming → done. Whatever fails
 * waits in `failed` and is taken up at the same step; what has fallen for want of an answer is proposed again. The machine decides what is next; the settler does it, and
 * every step is safe to do again.
 */
export const batchMachine = setup({
  types: {
    context: {} as { readonly number: number; readonly finalizableAtMs: number; readonly reason: string | null },
    input: {} as { readonly number: number },
    events: {} as BatchMachineEvent,
  },
  guards: {
    windowOver: ({ context, event }) => event.type === 'TIME' && event.nowMs >= context.finalizableAtMs,
  },
}).createMachine({
  id: 'batch',
  context: ({ input }) => ({ number: input.number, finalizableAtMs: 0, reason: null }),
  initial: 'collecting',
  states: {
    collecting: { on: { SLOTS_SETTLING: 'posting' } },
    posting: {
      initial: 'proposing',
      on: {
        FAILED: { target: 'failed', actions: assign({ reason: ({ event }) => event.reason }) },
        FELL: { target: '.proposing', actions: assign({ finalizableAtMs: 0 }) },
      },
      states: {
        proposing: {
          on: {
            PROPOSED: {
              target: 'window',
              actions: assign({ finalizableAtMs: ({ event }) => event.finalizableAtMs }),
            },
          },
        },
        window: { on: { TIME: { target: 'finalizing', guard: 'windowOver' } } },
        finalizing: { on: { FINALIZED: 'claiming' } },
        claiming: { on: { CLAIMED: '#batch.done' } },
        last: { type: 'history' },
      },
    },
    failed: { on: { RETRY: { target: 'posting.last', actions: assign({ reason: null }) } } },
    done: { type: 'final' },
  },
})
