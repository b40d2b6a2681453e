import { type Canonical, canonicalBytes } from '#protocol/canonical-json.ts'
import type { Hash32 } from '#protocol/ids.ts'
import { keccak } from '#protocol/signing.ts'
import { snapshotOf } from '#protocol/snapshot.ts'
import type { Street } from '#protocol/street.ts'

/** keccak256 over the canonical JSON of the street's snapshot: equal for two folds of the same events. */
export function stateHash(street: Street): Hash32 {
  return keccak(canonicalBytes(snapshotOf(street) as unknown as Canonical))
}
