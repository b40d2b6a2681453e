import { Schema } from 'effect'
import { Count, PositiveInt, Slug } from './ids.ts'

/**
 * The operator's hand on the market, signed with the operator's key. `halt` and `resume` are about one slot: `resume`
 * lets it trade again whatever has halted it. `stop` and `start` are about the whole market, with `slot` 0: no slot
 * trades in between, and none opens; gates close all the same. Each nonce is above the one before.
 */
export const MarketControl = Schema.Struct({
  neighbourhood: Slug,
  action: Schema.Literals(['halt', 'resume', 'stop', 'start']),
  slot: Count,
  nonce: PositiveInt,
})
export type MarketControl = typeof MarketControl.Type
