import { Data } from 'effect'

/** What was to be settled cannot be true: a record is missing or contradicts another. Nothing was posted. */
export class SettlementRefused extends Data.TaggedError('SettlementRefused')<{ readonly detail: string }> {
  override get message(): string {
    return `cannot settle: ${this.detail}`
  }
}
