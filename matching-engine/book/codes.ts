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

/** The codes that the core compares with (an object: see `orderLayout`). */
export const bookCodes = {
  BUY: orderSides.indexOf('buy'),
  SELL: orderSides.indexOf('sell'),
  LIMIT: orderTypes.indexOf('limit'),
  MARKET: orderTypes.indexOf('market'),
  STOP: orderTypes.indexOf('stop'),
  GTD: timesInForce.indexOf('GTD'),
  IOC: timesInForce.indexOf('IOC'),
  FOK: timesInForce.indexOf('FOK'),
  CANCEL_TAKER: preventions.indexOf('cancel-taker'),
  CANCEL_MAKER: preventions.indexOf('cancel-maker'),
  CANCEL_BOTH: preventions.indexOf('cancel-both'),
  CONTINUOUS: bookPhases.indexOf('continuous'),
  CALL: bookPhases.indexOf('call'),
  CLOSED: bookPhases.indexOf('closed'),
  PENDING: orderStatuses.indexOf('pending'),
  AMENDED_EVENT: eventKinds.indexOf('amended'),
  TRADE_EVENT: eventKinds.indexOf('trade'),
  PREVENTED_EVENT: eventKinds.indexOf('prevented'),
  REDUCED_EVENT: eventKinds.indexOf('reduced'),
  CLOSED_EVENT: eventKinds.indexOf('closed'),
  TRIGGERED_EVENT: eventKinds.indexOf('triggered'),
  REFRESHED_EVENT: eventKinds.indexOf('refreshed'),
  UNCROSSED_EVENT: eventKinds.indexOf('uncrossed'),
} as const
