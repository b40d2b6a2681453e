/** Outcomes of a command as the core writes them: 0, or a refusal by its place in `bookRefusals`, from 1. */
export const TAKEN = 0
export const DUPLICATE_ID = 1
export const INVALID_SIDE = 2
export const INVALID_QTY = 3
export const INVALID_PRICE = 4
export const NOT_TRADING = 5
export const NOT_ALLOWED_IN_CALL = 6
export const ALREADY_EXPIRED = 7
export const POST_ONLY_WOULD_CROSS = 8
export const UNKNOWN_ORDER = 9
export const NOT_OPEN = 10
export const INSUFFICIENT_FUNDS = 11
export const INSUFFICIENT_ENERGY = 12
