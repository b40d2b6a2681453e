import { Data } from 'effect'

/** A file of results could not be written to its end: the disk is full, or gone. What was not finished is removed. */
export class ResultsLost extends Data.TaggedError('ResultsLost')<{
  readonly file: string
  /** what the file system says */
  readonly reason: string
}> {
  override get message(): string {
    return `${this.file} cannot be written: ${this.reason}; the run is lost, start it again where there is room`
  }
}
