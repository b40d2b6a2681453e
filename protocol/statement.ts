import { Schema } from 'effect'
import { Address, Count, Hash32, Slug } from './ids.ts'

/**
 * Import and export of one home in one slot, in Wh, and the readings it rests on. This is what settles.
 * One device signs one statement a slot. A missing one is replaced by an estimate, signed by the operator,
 * never by the device: `estimated` is true and the readings' fields are 0.
 */
export const Statement = Schema.Struct({
  deviceId: Slug,
  account: Address,
  neighbourhood: Slug,
  slot: Count,
  importWh: Count,
  exportWh: Count,
  firstSequence: Count,
  lastSequence: Count,
  chainHead: Hash32,
  quality: Count,
  estimated: Schema.Boolean,
})
export type Statement = typeof Statement.Type
