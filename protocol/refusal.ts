/**
 * Stable codes of everything a market door refuses. The order-book codes are MATCHING's; the rest belong to
 * admission. A refusal changes nothing.
 */
export const refusals = {
  MALFORMED: { status: 400, title: 'The message is not of its schema' },
  BAD_SIGNATURE: { status: 401, title: 'The signature was not made by the named signer over these bytes' },
  NOT_AUTHORISED: { status: 403, title: 'The signer may not speak for this account or device, or control this market' },
  WRONG_NEIGHBOURHOOD: { status: 404, title: 'The message is for another neighbourhood' },
  UNKNOWN_HOME: { status: 404, title: 'No home has enrolled this account or device' },
  DEVICE_NOT_IN_SERVICE: {
    status: 409,
    title: 'The registry on chain does not have the device of this home in service',
  },
  ALREADY_ENROLLED: { status: 409, title: 'The home, account or device is enrolled already' },
  NEIGHBOURHOOD_FULL: { status: 409, title: 'The neighbourhood has as many homes as one batch can settle' },
  NONCE_USED: { status: 409, title: 'The account has used this nonce before, or the operator this one or a later one' },
  STALE_SEQUENCE: { status: 409, title: 'The device has sent this sequence number, or a later one, before' },
  BROKEN_CHAIN: { status: 409, title: 'The reading does not follow the last accepted one' },
  STATEMENT_EXISTS: { status: 409, title: 'The device has stated this slot already' },
  TIME_AHEAD: { status: 409, title: 'The reading is from a time that the market has not reached yet' },
  SLOT_NOT_DELIVERED: { status: 409, title: 'The slot has not been delivered yet' },
  SLOT_SETTLED: { status: 409, title: 'The metering deadline of the slot has passed' },
  SLOT_NOT_OPEN: { status: 409, title: 'The slot lies beyond the slots that are open for trading' },
  TOO_MANY_ORDERS: {
    status: 429,
    title: 'The account has, or has had, as many orders in this slot as the rules allow',
  },
  INVALID_SIDE: { status: 422, title: 'The side is neither buy nor sell' },
  INVALID_QTY: { status: 422, title: 'The quantity is outside the rules' },
  INVALID_PRICE: { status: 422, title: 'The price is outside the rules' },
  DUPLICATE_ID: { status: 409, title: 'An order of this id is live' },
  NOT_TRADING: { status: 409, title: 'The book takes no orders: its gate is closed or it is halted' },
  NOT_ALLOWED_IN_CALL: { status: 409, title: 'Only resting limit orders may enter a call auction' },
  ALREADY_EXPIRED: { status: 422, title: 'The order expires before it could trade' },
  POST_ONLY_WOULD_CROSS: { status: 409, title: 'The order would trade at once but is post-only' },
  UNKNOWN_ORDER: { status: 404, title: 'No order of this id was ever seen' },
  NOT_OPEN: { status: 409, title: 'The order is not open any more' },
  NO_REGISTRY: { status: 501, title: 'This market registers no devices: have it done on chain by the registry itself' },
  DEVICE_REFUSED: { status: 409, title: 'The device registry on chain refuses the device' },
  WRONG_DEADLINE: { status: 422, title: 'The deadline has passed, or is further away than a day' },
  INSUFFICIENT_FUNDS: { status: 402, title: 'The account has not enough free money for what the order reserves' },
  INSUFFICIENT_ENERGY: { status: 402, title: 'The account has not enough free energy' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>

export type RefusalCode = keyof typeof refusals

/** Why a door said no: the code, what was wrong with this message, and the field where there is one. */
export interface Refusal {
  readonly code: RefusalCode
  readonly detail: string
  readonly field?: string
}

/** Where a code is explained: the `type` of its problem document, a path on the gateway as in the repository. */
export const explanationOf = (code: string): string => `${ERROR_CATALOGUE_PATH}#${code.toLowerCase()}`

/** The catalogue of everything that is refused, by code. */
export const ERROR_CATALOGUE_PATH = '/docs/errors.md'
