import { Effect, type Option } from 'effect'
import { Flag } from 'effect/cli'
import { BadInput } from '../bad-input.ts'
import { loginBy } from '../login-by.ts'
import type { NatsServer } from '../nats.ts'

/** Where a NATS server is, and who we are there. */
export const natsFlag = Flag.String('nats').pipe(Flag.withMetavar('URL'))
export const natsLoginFlags = {
  user: Flag.String('user').pipe(
    Flag.withMetavar('NAME'),
    Flag.withDescription('the user at the NATS server'),
    Flag.optional,
  ),
  passwordFile: Flag.String('password-file').pipe(
    Flag.withMetavar('FILE'),
    Flag.withDescription('with --user: a file that holds the password'),
    Flag.optional,
  ),
}

/** The server that the flags name. */
export const natsServerOf = (flags: {
  readonly nats: string
  readonly user: Option.Option<string>
  readonly passwordFile: Option.Option<string>
}): Effect.Effect<NatsServer, BadInput> =>
  /^(nats|tls):\/\/[^\s/@?#]+$/.test(flags.nats) && URL.canParse(flags.nats)
    ? Effect.map(loginBy({ ...flags, names: ['user', 'password-file'] }), (login) => ({ url: flags.nats, login }))
    : Effect.fail(
        // Not said again: a password may be in it.
        new BadInput({
          detail:
            '--nats: expected nats://HOST:4222 or tls://HOST:4222; who we are there is said with --user and --password-file',
        }),
      )
