import { Data, Effect } from 'effect'

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
    catch: (cause) => new KeyFailure({ uri, detail: cause instanceof Error ? cause.message : String(cause) }),
  })
