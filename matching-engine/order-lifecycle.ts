import { setup } from 'xstate'
import { orderStatuses } from './book/codes.ts'

/** What happens to an order. The position is its code in `lifecycleTable`: only ever append. */
export const lifecycleEvents = [
  /** taken to trade: it matches, and what is left of it may rest */
  'Accepted',
  /** a stop, taken to wait for its price */
  'Parked',
  'Refused',
  /** a print has reached the stop price: from now on a market order */
  'Fired',
  'PartlyFilled',
  /** its last fill; or self-trade prevention took the rest of an order that has traded */
  'Filled',
  /** self-trade prevention took a part of it */
  'Reduced',
  'Amended',
  'Cancelled',
  'Expired',
] as const
type LifecycleEvent = (typeof lifecycleEvents)[number]

/** Where an order can stand: the statuses with their codes, and last the one it has before it was looked at. */
export const lifecycleStates = [...orderStatuses, 'new'] as const
type LifecycleState = (typeof lifecycleStates)[number]

/**
 * The life of an order (MATCHING). An id that is used again after its order has ended begins anew with `new`. What the
 * rules have to say about an event (prices, phases, reserves) is decided before it is one.
 */
export const orderLifecycle = setup({
  types: { events: {} as { readonly type: LifecycleEvent } },
}).createMachine({
  id: 'order',
  initial: 'new',
  states: {
    new: { on: { Accepted: 'open', Parked: 'pending', Refused: 'rejected' } },
    open: {
      on: {
        PartlyFilled: 'open',
        Filled: 'filled',
        Reduced: 'open',
        Amended: 'open',
        Cancelled: 'cancelled',
        Expired: 'expired',
      },
    },
    pending: { on: { Fired: 'open', Amended: 'pending', Cancelled: 'cancelled', Expired: 'expired' } },
    filled: { type: 'final' },
    cancelled: { type: 'final' },
    expired: { type: 'final' },
    rejected: { type: 'final' },
  },
})

/** What `lifecycleTable` says where an event cannot happen. */
const ILLEGAL = 255

const codeOf = (event: LifecycleEvent): number => lifecycleEvents.indexOf(event)
const IS_ACCEPTED = codeOf('Accepted')
const IS_PARKED = codeOf('Parked')
const IS_FIRED = codeOf('Fired')
const IS_FILLED = codeOf('Filled')
const IS_CANCELLED = codeOf('Cancelled')
const IS_EXPIRED = codeOf('Expired')
/** The state of an order that was not looked at yet. */
const NEW = lifecycleStates.indexOf('new')
const EVENTS = lifecycleEvents.length

/** Codes of events and states (an object: see `orderLayout`). */
export const lifecycleCodes = {
  IS_ACCEPTED,
  IS_PARKED,
  IS_FIRED,
  IS_FILLED,
  IS_CANCELLED,
  IS_EXPIRED,
  NEW,
  ILLEGAL,
} as const

/**
 * The machine as the book looks it up, a transition of it being three thousand times too slow there: at
 * `state × lifecycleEvents.length + event` the next state, or ILLEGAL.
 */
export const lifecycleTable: Uint8Array = tableOf(orderLifecycle.config.states)

function tableOf(states: typeof orderLifecycle.config.states): Uint8Array {
  const table = new Uint8Array(lifecycleStates.length * lifecycleEvents.length).fill(ILLEGAL)
  for (const [state, name] of lifecycleStates.entries()) {
    for (const [event, target] of Object.entries(states?.[name]?.on ?? {})) {
      const at = state * lifecycleEvents.length + lifecycleEvents.indexOf(event as LifecycleEvent)
      table[at] = lifecycleStates.indexOf(target as LifecycleState)
    }
  }
  return table
}

/** The status that an event leads to, by its code. Throws where the machine knows no such step. */
export function statusAfter(status: number, event: number): number {
  const next = lifecycleTable[status * EVENTS + event] as number
  if (next !== ILLEGAL) return next
  throw new Error(`an order that is ${lifecycleStates[status]} cannot be ${lifecycleEvents[event]}`)
}
