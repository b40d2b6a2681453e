import { Data } from 'effect'

/** A run has no such sequence, trade or home, or cannot tell. `field` is what was asked with. */
export class NoSuchMoment extends Data.TaggedError('NoSuchMoment')<{
  readonly field: 'sequence' | 'from' | 'slot' | 'trade' | 'home' | 'toSlot'
  readonly detail: string
}> {
  override get message(): string {
    return this.detail
  }
}
