import fc from 'fast-check'
import type { Command } from './naive/command.ts'

/** Figures no sane program sends, but that are numbers in JSON. */
const hostileFigures = [0, -1, 1.5, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 1e300]
const figure = (min: number, max: number) =>
  fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min, max }) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileFigures) },
  )
const often = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
export const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const times = <T>(count: number, value: T): readonly T[] => Array<T>(count).fill(value)

// Few ids, prices and accounts, so that orders meet, ids are used again, and bounds and zero are stepped over.
const hostileIds = ['__proto__', 'constructor', '', '🔌']
const id = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 59 }) },
  { weight: 1, arbitrary: fc.constantFrom(...hostileIds) },
)
const account = fc.constantFrom(...times(5, ['A', 'B', 'C']).flat(), '__proto__', 'grid')
const price = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -4, max: 5 }) },
  { weight: 1, arbitrary: figure(-6, 7) },
)
const quantity = figure(1, 12)

const order = fc.record({
  op: fc.constant('order' as const),
  id,
  acct: account,
  side: fc.constantFrom(...times(15, ['buy', 'sell']).flat(), 'hold'),
  type: fc.constantFrom(...times(11, 'limit' as const), 'stop' as const, 'stop' as const, 'market' as const),
  price,
  qty: quantity,
  tif: fc.constantFrom(...times(8, 'GTC' as const), 'GTD' as const, 'IOC' as const, 'FOK' as const),
  expiresInMs: fc.integer({ min: 0, max: 20 }),
  isPostOnly: fc.constantFrom(...times(5, false), true),
  display: rarely(figure(1, 5)),
  stp: often(fc.constantFrom('cancel-taker', 'cancel-maker', 'cancel-both', 'decrement')),
  zone: fc.nat({ max: 2 }),
  source: often(fc.constantFrom('sun', 'wind')),
  premium: often(fc.constantFrom('green', 'local')),
})

const phases = [...times(5, 'continuous' as const), ...times(3, 'call' as const), 'halted', 'closed'] as const

/** An order before it is fitted to its market and its time. */
export type OrderDraft = typeof order extends fc.Arbitrary<infer T> ? T : never

/** A command before it is fitted: an id is a number or a hostile text, time is a wait. */
export type Draft =
  | OrderDraft
  | { readonly op: 'amend'; readonly id: number | string; readonly price?: number; readonly qty?: number }
  | { readonly op: 'cancel'; readonly id: number | string }
  | { readonly op: 'wait'; readonly ms: number }
  | Extract<Command, { readonly op: 'phase' | 'uncross' | 'reference' | 'deposit' | 'balances' | 'book' }>

const amend = fc.oneof(
  fc.record({ op: fc.constant('amend' as const), id, qty: quantity }),
  fc.record({ op: fc.constant('amend' as const), id, price }),
  fc.record({ op: fc.constant('amend' as const), id, price, qty: quantity }),
)
const wait = fc.record({ op: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 1, 2, 3, 5, 8, 13, 1_000, -1) })
const deposit = fc.record({
  op: fc.constant('deposit' as const),
  acct: account,
  funds: figure(0, 100),
  energy: figure(0, 20),
})

export const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 60, arbitrary: order },
  { weight: 18, arbitrary: amend },
  { weight: 6, arbitrary: fc.record({ op: fc.constant('cancel' as const), id }) },
  { weight: 4, arbitrary: wait },
  { weight: 4, arbitrary: fc.constantFrom(...phases).map((phase) => ({ op: 'phase' as const, phase })) },
  { weight: 3, arbitrary: fc.constant({ op: 'uncross' as const }) },
  { weight: 1, arbitrary: figure(-6, 6).map((at) => ({ op: 'reference' as const, price: at })) },
  { weight: 2, arbitrary: deposit },
  { weight: 3, arbitrary: fc.constant({ op: 'book' as const }) },
  { weight: 2, arbitrary: fc.constant({ op: 'balances' as const }) },
)
