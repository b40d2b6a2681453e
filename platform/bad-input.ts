import { Data } from 'effect'

/** What the user gave cannot be used: exit 2. `detail` names the file, line or flag, and what would be right. */
export class BadInput extends Data.TaggedError('BadInput')<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}
