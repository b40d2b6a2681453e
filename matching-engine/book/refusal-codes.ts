/** Outcomes of a command as the core writes them: 0, or a refusal by its place in `bookRefusals`, from 1. */
export const refusalCodes = {
  TAKEN: 0,
  DUPLICATE_ID: 1,
  INVALID_SIDE: 2,
  INVALID_QTY: 3,
  INVALID_PRICE: 4,
  NOT_TRADING: 5,
  NOT_ALLOWED_IN_CALL: 6,
  ALREADY_EXPIRED: 7,
  POST_ONLY_WOULD_CROSS: 8,
  UNKNOWN_ORDER: 9,
  NOT_OPEN: 10,
  INSUFFICIENT_FUNDS: 11,
  INSUFFICIENT_ENERGY: 12,
} as const
