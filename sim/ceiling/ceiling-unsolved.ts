import { Data } from 'effect'

/** The best that could be of a street was not found: its linear program has no optimum, or the solver gave up. */
export class CeilingUnsolved extends Data.TaggedError('CeilingUnsolved')<{
  /** what the solver said */
  readonly detail: string
}> {
  override get message(): string {
    return `--ceiling: ${this.detail}; the same street can be simulated without it`
  }
}
