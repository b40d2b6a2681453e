import { hash } from 'node:crypto'
import { type Canonical, canonicalJson } from '#protocol/canonical-json.ts'
import type { MarketEventOf } from '#protocol/market-event.ts'

/** Hexadecimal digits of a hash that tell one log from all others. */
export const IDENTITY_LENGTH = 16

/**
 * Which log this is, by its first event: that holds when it was begun and who its operator is, a key of its own. The
 * beginning of the SHA-256 of its canonical JSON, so that every log has had it from its first event on.
 */
export function logIdentity(first: MarketEventOf<'NeighbourhoodOpened'>): string {
  return hash('sha256', canonicalJson(first as unknown as Canonical)).slice(0, IDENTITY_LENGTH)
}
