import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** A partition's last sequence that was acknowledged. */
interface Head {
  readonly partition: string
  readonly sequence: number
}

/**
 * A small file beside a log that says how far it has come, written after each sync. A database drops what it cannot
 * read at the end of its write-ahead log, as if it had never been there; the witness is how that is noticed. It is
 * never ahead of what is on disk, and not synced itself: after a power failure it may be behind.
 */
export class HeadWitness {
  readonly #file: string
  #descriptor: number | null = null

  constructor(file: string) {
    this.#file = file
  }

  /** The last head that was written; null if there is none that can be read. */
  read(): Head | null {
    try {
      const [checksum, head = ''] = readFileSync(this.#file, 'utf8').split('\n')
      return Number(checksum) === crc32(head) ? (JSON.parse(head) as Head) : null
    } catch {
      return null
    }
  }

  /** Makes sure that there is a file to write to: before the sync, because afterwards nothing may fail. */
  open(): void {
    this.#descriptor ??= openSync(this.#file, constants.O_WRONLY | constants.O_CREAT, 0o644)
  }

  write(head: Head): void {
    this.open()
    const text = JSON.stringify(head)
    writeSync(this.#descriptor as number, `${crc32(text)}\n${text}\n`, 0)
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor)
    this.#descriptor = null
  }
}
