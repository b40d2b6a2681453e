import { Data } from 'effect'

/** A run of a sweep came to no end. What the runs before it came to is kept. */
export class SweepFailed extends Data.TaggedError('SweepFailed')<{
  /** what the run varied */
  readonly varied: Readonly<Record<string, unknown>>
  readonly reason: string
}> {
  override get message(): string {
    return `the run with ${JSON.stringify(this.varied)} failed: ${this.reason}`
  }
}
