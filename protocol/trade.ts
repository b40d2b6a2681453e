import { Schema } from 'effect'
import { Address, Count, Hash32, PositiveInt, SignedInt } from './ids.ts'

/** A match. It prints at the resting (maker's) order's price. Ids are `<slot>.<n>`, n counted from 1 in each slot. */
export const Trade = Schema.Struct({
  id: Schema.String.check(Schema.isPattern(/^\d{1,16}\.\d{1,16}$/)),
  slot: Count,
  buyer: Address,
  seller: Address,
  buyOrderId: Hash32,
  sellOrderId: Hash32,
  makerSide: Schema.Literals(['buy', 'sell']),
  priceEurPerMWh: SignedInt,
  energyWh: PositiveInt,
})
export type Trade = typeof Trade.Type
