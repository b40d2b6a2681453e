import { crc32 } from 'node:zlib'

/** How the bytes of a batch are read: events as lines of text, the same compressed with zstd, or binary commands. */
type BatchEncoding = 'events' | 'events-zstd' | 'commands'

/** One append as a file keeps it: records with consecutive sequences in one run of bytes. */
export interface LogBatch {
  readonly partition: string
  readonly firstSequence: number
  readonly count: number
  readonly encoding: BatchEncoding
  readonly bytes: Uint8Array
}

export const lastSequenceOf = ({ firstSequence, count }: LogBatch): number => firstSequence + count - 1

/**
 * CRC-32 of a batch and of its place. It finds every changed byte and every burst of up to 32 bits for certain, as fast
 * as a disk can be read (SHA-256 takes three times as long). Who forges a checksum on purpose has the signatures
 * against him, and `verify`, which does the whole log again.
 */
export function checksumOf({ partition, firstSequence, count, encoding, bytes }: LogBatch): number {
  return crc32(bytes, crc32(`${partition}\0${firstSequence}\0${count}\0${encoding}\0`))
}
