import { Schema } from 'effect'
import { Address, Count, Hash32, PositiveInt, SignedInt, Slug } from './ids.ts'

/**
 * A signed wish to buy or sell up to `energyWh` of one slot.
 * `priceEurPerMWh` is 0 for a market order. `expiresAtMs` is 0 unless the time in force is GTD.
 * `replaces` names the nonce of the account's order that this one amends (0: a new order); `energyWh` is then
 * the new *total* quantity, filled part included (FIX OrderQty).
 * The order's id is its EIP-712 digest. An account uses a nonce once.
 */
export const Order = Schema.Struct({
  account: Address,
  neighbourhood: Slug,
  slot: Count,
  side: Schema.Literals(['buy', 'sell']),
  type: Schema.Literals(['limit', 'market']),
  priceEurPerMWh: SignedInt,
  energyWh: PositiveInt,
  timeInForce: Schema.Literals(['GTC', 'GTD', 'IOC', 'FOK']),
  expiresAtMs: Count,
  postOnly: Schema.Boolean,
  selfTradePrevention: Schema.Literals(['none', 'cancel-taker', 'cancel-maker', 'cancel-both', 'decrement']),
  replaces: Count,
  nonce: PositiveInt,
})
export type Order = typeof Order.Type

/** Takes an open order out of the book. Shares the account's nonces with its orders. */
export const Cancel = Schema.Struct({
  account: Address,
  neighbourhood: Slug,
  slot: Count,
  orderId: Hash32,
  nonce: PositiveInt,
})
export type Cancel = typeof Cancel.Type
