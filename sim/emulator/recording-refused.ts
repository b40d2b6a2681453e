import { Data } from 'effect'

/** A file that is no recorded device: where, what stands there, and what would be right. */
export class RecordingRefused extends Data.TaggedError('RecordingRefused')<{
  readonly file: string
  /** the place in it, `registers.3.hex`, or empty for the whole file */
  readonly field: string
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    const place = this.field === '' ? this.file : `${this.file}: ${this.field}`
    return `${place}: expected ${this.expected}, not ${this.value}`
  }
}
