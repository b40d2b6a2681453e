import { Effect, Option } from 'effect'
import { BadInput } from './bad-input.ts'
import { textOf } from './text-file.ts'

const PASSWORD_BYTES_MAX = 65_536

/** A login by a flag with the user and one with a file that holds the password; none without either. */
export const loginBy = (flags: {
  readonly user: Option.Option<string>
  readonly passwordFile: Option.Option<string>
  /** of the two flags, as they are typed */
  readonly names: readonly [string, string]
}): Effect.Effect<{ readonly user: string; readonly password: string } | undefined, BadInput> =>
  Effect.gen(function* () {
    const user = Option.getOrUndefined(flags.user)
    const file = Option.getOrUndefined(flags.passwordFile)
    const [userFlag, fileFlag] = flags.names
    if (user === undefined && file === undefined) return undefined
    if (user === undefined || file === undefined) {
      return yield* new BadInput({ detail: `--${userFlag} and --${fileFlag} go together: name both, or neither` })
    }
    const text = yield* Effect.try({
      try: () => textOf(file, PASSWORD_BYTES_MAX),
      catch: (cause) => new BadInput({ detail: `--${fileFlag} ${file}: ${(cause as Error).message}` }),
    })
    return { user, password: text.replace(/\r?\n$/, '') }
  })
