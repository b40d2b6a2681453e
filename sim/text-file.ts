import { closeSync, openSync, readSync } from 'node:fs'

const PIECE_BYTES = 64 * 1_024

/**
 * The text (UTF-8) of a file, or of a pipe, of at most so many bytes: what is named may never end. A byte order mark
 * before it, as some editors write one, is left out. Throws Error with words for people on a longer one, and what the
 * file system says of one that cannot be read.
 */
export function textOf(file: string, bytesMax: number): string {
  const descriptor = openSync(file, 'r')
  try {
    const pieces: Buffer[] = []
    let bytes = 0
    for (;;) {
      const piece = Buffer.alloc(PIECE_BYTES)
      const read = readSync(descriptor, piece, 0, PIECE_BYTES, null)
      if (read === 0) return new TextDecoder().decode(Buffer.concat(pieces))
      bytes += read
      if (bytes > bytesMax) throw new Error(`${file} is longer than ${bytesMax} bytes`)
      pieces.push(piece.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
}
