import type { RefusalCode } from '#protocol/refusal.ts'

/** What a command asks for. The position is the code that `CommandBuffer` carries; the log keeps it: only ever append. */
export const bookOps = [
  'clock',
  'place',
  'cancel',
  'amend',
  'phase',
  'uncross',
  'reference',
  'deposit',
  'open-book',
  'release-book',
] as const
export type BookOp = (typeof bookOps)[number]

export const orderSides = ['buy', 'sell'] as const
export const orderTypes = ['limit', 'market', 'stop'] as const
export const timesInForce = ['GTC', 'GTD', 'IOC', 'FOK'] as const
/** Self-trade prevention. */
export const preventions = ['none', 'cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'] as const
export const bookPhases = ['continuous', 'call', 'halted', 'closed'] as const
export const orderStatuses = ['open', 'pending', 'filled', 'cancelled', 'expired', 'rejected'] as const
export const priceRules = ['largest-volume', 'highest-matched-ask', 'last-matched-bid', 'midpoint'] as const

/** Outcome of a command: 0 is taken, n is the refusal `bookRefusals[n - 1]`, in the order in which they are checked. */
export const bookRefusals = [
  'DUPLICATE_ID',
  'INVALID_SIDE',
  'INVALID_QTY',
  'INVALID_PRICE',
  'NOT_TRADING',
  'NOT_ALLOWED_IN_CALL',
  'ALREADY_EXPIRED',
  'POST_ONLY_WOULD_CROSS',
  'UNKNOWN_ORDER',
  'NOT_OPEN',
  'INSUFFICIENT_FUNDS',
  'INSUFFICIENT_ENERGY',
] as const satisfies readonly RefusalCode[]

/** What happened in a book beside what the outcomes say (a command was taken). The position is the code that `EventBuffer` carries. */
export const eventKinds = [
  'amended',
  'trade',
  'prevented',
  'reduced',
  'closed',
  'triggered',
  'refreshed',
  'uncrossed',
] as const
