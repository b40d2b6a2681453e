import { Data, Effect } from 'effect'
import { causeWords } from '../cause-words.ts'

/** A key that cannot be used. The message never holds the key. */
export class KeyFailure extends Data.TaggedError('KeyFailure')<{ readonly uri: string; readonly detail: string }> {
  override get message(): string {
    return `key ${this.uri}: ${this.detail}`
  }
}

/** A step with a key; what it throws is a KeyFailure's detail. */
export const withKey = <A>(uri: string, step: () => A | Promise<A>): Effect.Effect<A, KeyFailure> =>
  Effect.tryPromise({
    try: async () => await step(),
    catch: (cause) => new KeyFailure({ uri, detail: causeWords(cause) }),
  })
