import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 256 * 1_024
/** A line of 10,000 homes is some 100 kB. */
const LINE_BYTES_MAX = 256 * 1_048_576
const LINE_FEED = 10

/** A text file that is read line by line, from anywhere. Throws what the file system says. */
export class LineFile {
  readonly #descriptor: number

  constructor(file: string) {
    this.#descriptor = openSync(file, 'r')
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  /** Whether the last line has no end: whoever wrote it was stopped, or is not done. */
  get isCut(): boolean {
    const { size } = fstatSync(this.#descriptor)
    const last = Buffer.alloc(1)
    return size > 0 && readSync(this.#descriptor, last, 0, 1, size - 1) === 1 && last[0] !== LINE_FEED
  }

  /** SHA-256 of all that is there, in hexadecimal digits. */
  digest(): string {
    const hash = createHash('sha256')
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    for (let offset = 0; ; ) {
      const read = readSync(this.#descriptor, chunk, 0, CHUNK_BYTES, offset)
      if (read === 0) return hash.digest('hex')
      hash.update(chunk.subarray(0, read))
      offset += read
    }
  }

  /** The line that begins at a byte, and where the next one does; null at the end. One without its end is none. */
  lineAt(offset: number): { readonly text: string; readonly next: number } | null {
    const chunks: Buffer[] = []
    for (let length = 0; length < LINE_BYTES_MAX; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const read = readSync(this.#descriptor, chunk, 0, CHUNK_BYTES, offset + length)
      if (read === 0) return null
      const end = chunk.subarray(0, read).indexOf(LINE_FEED)
      chunks.push(chunk.subarray(0, end === -1 ? read : end))
      length += end === -1 ? read : end
      if (end !== -1) return { text: Buffer.concat(chunks).toString('utf8'), next: offset + length + 1 }
    }
    throw new Error(`the line at byte ${offset} is longer than ${LINE_BYTES_MAX} bytes`)
  }
}
