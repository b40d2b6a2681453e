import { crc32 } from 'node:zlib'

/** How much of a snapshot is written at a time, so that appends between the parts need not wait for the whole. */
const PART_BYTES = 256 * 1_024

/** Snapshots of a partition that stay: if the newest is torn one day, the one before has to do. */
export const SNAPSHOTS_KEPT = 2

/** A piece of a partition's state as of a sequence; parts count from 0. */
export interface SnapshotPart {
  readonly partition: string
  readonly sequence: number
  readonly part: number
  readonly parts: number
  readonly bytes: Uint8Array
}

/** A snapshot in parts, at least one; their bytes are views of the given ones. */
export function snapshotParts(of: {
  readonly partition: string
  readonly sequence: number
  readonly bytes: Uint8Array
}): readonly SnapshotPart[] {
  const { partition, sequence, bytes } = of
  const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES))
  return Array.from({ length: parts }, (_, part) => ({
    partition,
    sequence,
    part,
    parts,
    bytes: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES),
  }))
}

/** Why a snapshot is refused that is of more than there is. */
export const snapshotAhead = (sequence: number, end: number): string =>
  `a snapshot of ${sequence} cannot be kept: the log ends at ${end}`

/** CRC-32 of a part and of its place. */
export function partChecksum({ partition, sequence, part, parts, bytes }: SnapshotPart): number {
  return crc32(bytes, crc32(`${partition}\0${sequence}\0${part}\0${parts}\0`))
}
