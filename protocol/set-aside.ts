import { Schema } from 'effect'
import { SignedStatement } from './envelope.ts'
import { Address, Count } from './ids.ts'

/**
 * What a batch does not take from its log as it stands, because the chain knows better: who has no device in its
 * registry, whose device was not in service, which orders were cancelled there.
 */
export const SetAside = Schema.Struct({
  /** homes whose slots are not settled at all: their energy is the supplier's to bill, as without a market */
  homes: Schema.Array(Schema.Struct({ account: Address, slot: Count })),
  /** ids of trades that are not settled: those of such a home, and of cancelled orders */
  trades: Schema.Array(Schema.String),
  /** the operator's, in the place of what the device of a home that has traded may not state: its import, no export */
  estimates: Schema.Array(SignedStatement),
})
export type SetAside = typeof SetAside.Type
