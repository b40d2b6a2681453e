import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** What a disk writes at a time: never half of it. */
const SECTOR_BYTES = 512

/** The bytes of a log's files at one moment, as a disk holds them. */
export interface DiskImage {
  readonly database: Buffer
  readonly wal: Buffer
  readonly witness: Buffer
}

const parts = { database: '', wal: '-wal', witness: '-head' } as const

export function readImage(file: string): DiskImage {
  const read = (ending: string) => (existsSync(file + ending) ? readFileSync(file + ending) : Buffer.alloc(0))
  return { database: read(parts.database), wal: read(parts.wal), witness: read(parts.witness) }
}

export function writeImage(file: string, image: DiskImage): void {
  for (const [part, ending] of Object.entries(parts)) {
    const bytes = image[part as keyof DiskImage]
    if (bytes.length > 0) writeFileSync(file + ending, bytes)
  }
}

/** A file of which some sectors were written and others were not, when the power went. One never written is zero. */
export function tornWrite(before: Buffer, after: Buffer, isWritten: () => boolean): Buffer {
  const torn = Buffer.alloc(Math.max(before.length, after.length))
  before.copy(torn)
  for (let byte = 0; byte < after.length; byte += SECTOR_BYTES) {
    if (isWritten()) after.copy(torn, byte, byte, byte + SECTOR_BYTES)
  }
  return torn
}

/** A file of which the first bytes were written and the rest was not. */
export function cutWrite(before: Buffer, after: Buffer, bytes: number): Buffer {
  return Buffer.concat([after.subarray(0, bytes), before.subarray(bytes)])
}
