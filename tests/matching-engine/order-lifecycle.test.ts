import { describe, expect, it } from 'vitest'
import { transition } from 'xstate'
import { getSimplePaths } from 'xstate/graph'
import { orderStatuses } from '#matching-engine/book/codes.ts'
import {
  lifecycleCodes,
  lifecycleEvents,
  lifecycleStates,
  lifecycleTable,
  orderLifecycle,
} from '#matching-engine/order-lifecycle.ts'

const { ILLEGAL } = lifecycleCodes

/** What the table says of a state and an event: the next state, or null. */
const looked = (state: number, event: number) => {
  const next = lifecycleTable[state * lifecycleEvents.length + event]
  return next === ILLEGAL || next === undefined ? null : lifecycleStates[next]
}

describe('the table of order lifecycles', () => {
  it('has the codes that the log keeps', () => {
    expect(lifecycleStates).toEqual([...orderStatuses, 'new'])
    expect(lifecycleStates).toEqual(['open', 'pending', 'filled', 'cancelled', 'expired', 'rejected', 'new'])
    expect(lifecycleEvents).toEqual([
      'Accepted',
      'Parked',
      'Refused',
      'Fired',
      'PartlyFilled',
      'Filled',
      'Reduced',
      'Amended',
      'Cancelled',
      'Expired',
    ])
    expect(lifecycleTable).toHaveLength(lifecycleStates.length * lifecycleEvents.length)
  })

  const pairs = lifecycleStates.flatMap((from, state) =>
    lifecycleEvents.map((type, event) => ({ from, state, type, event })),
  )

  it.each(pairs)('is its machine: $from and $type', ({ from, state, type, event }) => {
    const before = orderLifecycle.resolveState({ value: from, context: {} })
    const [after] = transition(orderLifecycle, before, { type })
    expect(looked(state, event)).toBe(before.can({ type }) ? after.value : null)
    if (!before.can({ type })) expect(after.value).toBe(from)
  })

  it('ends where MATCHING says an order ends, and nothing follows', () => {
    for (const ended of ['filled', 'cancelled', 'expired', 'rejected'] as const) {
      for (const event of lifecycleEvents.keys()) expect(looked(lifecycleStates.indexOf(ended), event)).toBeNull()
    }
  })
})

describe('an order goes every path of its machine', () => {
  const paths = getSimplePaths(orderLifecycle, { events: lifecycleEvents.map((type) => ({ type })) })

  it('to every status, by the table alone', () => {
    expect(new Set(paths.map((path) => path.state.value))).toEqual(new Set(lifecycleStates))
    for (const { steps, state: end } of paths) {
      let state: number = lifecycleStates.indexOf('new')
      for (const { event, state: reached } of steps.slice(1)) {
        state = lifecycleTable[state * lifecycleEvents.length + lifecycleEvents.indexOf(event.type)] ?? ILLEGAL
        expect(lifecycleStates[state]).toBe(reached.value)
      }
      expect(lifecycleStates[state]).toBe(end.value)
    }
  })
})
