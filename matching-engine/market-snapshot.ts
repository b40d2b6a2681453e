import { promisify } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { zstdCompress, zstdDecompressSync } from 'node:zlib'
import { Effect } from 'effect'
import type { Street } from '#protocol/street.ts'
import type { LogSnapshot } from './event-log/event-log.ts'
import type { MarketDataState } from './market-data/market-data.ts'
import type { MemoryState } from './market-memory.ts'

/** All that the folds of a neighbourhood's log hold at one sequence; sessions and books are made of it. */
export interface MarketState {
  readonly street: Street
  readonly memory: MemoryState
  readonly marketData: MarketDataState
}

/**
 * To be raised with every change of what the folds hold or of what an event makes of it. A snapshot of another version
 * is passed over, and the log folded instead.
 */
export const SNAPSHOT_VERSION = 4

const compress = promisify(zstdCompress)

/**
 * The state as it is now, in bytes: Maps, bigints and who shares an object with whom included. Takes about as long as a
 * copy; nobody may change the state meanwhile, so it is synchronous, and packing the bytes is left for later.
 */
export const serializedState = (state: MarketState): Uint8Array => serialize(state)

/** A snapshot of serialised state: one byte of version, the rest compressed on another thread. */
export const packedSnapshot = (serialized: Uint8Array): Effect.Effect<Uint8Array> =>
  Effect.map(
    Effect.promise(() => compress(serialized)),
    (compressed) => Buffer.concat([Buffer.of(SNAPSHOT_VERSION), compressed]),
  )

/** The state in a kept snapshot, shared with nobody; null if this version cannot read it, or it is not what it is kept as. */
export function stateOf({ sequence, bytes }: LogSnapshot): MarketState | null {
  if (bytes[0] !== SNAPSHOT_VERSION) return null
  try {
    const state = deserialize(zstdDecompressSync(bytes.subarray(1))) as MarketState
    return state.street.sequence === sequence && state.marketData.sequence === sequence ? state : null
  } catch {
    return null
  }
}
