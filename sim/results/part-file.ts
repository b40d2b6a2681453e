import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

const BUFFER_CHARACTERS = 64 * 1_024

/** A file that is written piece by piece, and has its name only once it is whole: until then it is `NAME.part`. */
export class PartFile {
  readonly #file: string
  readonly #descriptor: number
  #pending = ''
  #isOpen = true

  /** Throws what the file system says. */
  constructor(file: string) {
    this.#file = file
    this.#descriptor = openSync(`${file}.part`, 'w')
  }

  /** Adds a line; throws what the file system says. */
  line(text: string): void {
    this.#pending += `${text}\n`
    if (this.#pending.length >= BUFFER_CHARACTERS) this.#flush()
  }

  /** The file is whole. */
  finish(): void {
    this.#flush()
    closeSync(this.#descriptor)
    this.#isOpen = false
    renameSync(`${this.#file}.part`, this.#file)
  }

  /** Removes what is not whole; nothing once it is. */
  close(): void {
    if (!this.#isOpen) return
    closeSync(this.#descriptor)
    this.#isOpen = false
    rmSync(`${this.#file}.part`, { force: true })
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending, 'utf8')
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at)
    this.#pending = ''
  }
}
