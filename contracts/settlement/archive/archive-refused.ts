import { Data } from 'effect'

/**
 * An archive was not opened. `code` says why: `OTHER_CONTENT` (it is not what its name is the hash of), `NO_ARCHIVE` (not
 * in the form of one), `NOT_A_READER` (nothing in it is sealed to this key), `BOX_CHANGED` and `LINE_CHANGED` (what stands at
 * `place` is not what was sealed there: a byte is another, or it is from elsewhere).
 */
export class ArchiveRefused extends Data.TaggedError('ArchiveRefused')<{
  readonly code: 'OTHER_CONTENT' | 'NO_ARCHIVE' | 'NOT_A_READER' | 'BOX_CHANGED' | 'LINE_CHANGED'
  readonly place: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.code}: ${this.place}: ${this.detail}`
  }
}
