import { Data } from 'effect'

/** Too many ask about the past of a run at the same time. */
export class RunBusy extends Data.TaggedError('RunBusy') {
  override get message(): string {
    return 'too many ask about this run at the same time; ask again in a moment'
  }
}
