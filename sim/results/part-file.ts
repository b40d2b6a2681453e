import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { ResultsLost } from './results-lost.ts'

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

  /** Adds a line. Throws ResultsLost. */
  line(text: string): void {
    this.#pending += `${text}\n`
    if (this.#pending.length >= BUFFER_CHARACTERS) this.flush()
  }

  /** The file is whole. Throws ResultsLost. */
  finish(): void {
    this.flush()
    this.#try(() => {
      closeSync(this.#descriptor)
      this.#isOpen = false
      renameSync(`${this.#file}.part`, this.#file)
    })
  }

  /** Removes what is not whole; nothing once it is. */
  close(): void {
    if (!this.#isOpen) return
    closeSync(this.#descriptor)
    this.#isOpen = false
    rmSync(`${this.#file}.part`, { force: true })
  }

  /** Writes what is pending. Throws ResultsLost. */
  flush(): void {
    const bytes = Buffer.from(this.#pending, 'utf8')
    this.#pending = ''
    this.#try(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at)
    })
  }

  #try(write: () => void): void {
    try {
      write()
    } catch (error) {
      throw new ResultsLost({ file: this.#file, reason: (error as Error).message })
    }
  }
}
