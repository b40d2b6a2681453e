import { Schema } from 'effect'
import { Count, Hash32, SignedInt, Slug } from './ids.ts'

/**
 * What a home's settlement meter said at one moment. Counters are cumulative Wh at the grid connection point;
 * power is W, import positive. The sequence never resets; `previousHash` is the digest of the reading before
 * (32 zero bytes for the first), so a deletion, a re-order or a rewrite shows.
 */
export const Reading = Schema.Struct({
  version: Schema.Literal(1),
  deviceId: Slug,
  sequence: Count,
  bootId: Count,
  timeMs: Count,
  clock: Schema.Literals(['synchronised', 'free-running', 'simulated']),
  monotonicMs: Count,
  importWh: Count,
  exportWh: Count,
  powerW: SignedInt,
  /** bits of `ReadingQuality`; 0 is good */
  quality: Count,
  source: Schema.Literals(['utility-meter', 'certified-meter', 'inverter-estimate']),
  profileHash: Hash32,
  /** keccak256 of what the meter answered, as the home keeps it */
  registersHash: Hash32,
  previousHash: Hash32,
})
export type Reading = typeof Reading.Type
