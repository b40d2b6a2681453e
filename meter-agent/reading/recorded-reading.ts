import type { Reading } from '#protocol/reading.ts'

/** A reading with its digest, which the next one carries. */
export interface RecordedReading {
  readonly reading: Reading
  readonly hash: `0x${string}`
}
