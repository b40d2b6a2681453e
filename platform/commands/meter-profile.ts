import { Effect } from 'effect'
import { Argument, Command } from 'effect/cli'

const file = Argument.String('file').pipe(
  Argument.withDescription('the JSON file of a Modbus profile, or the name of a built-in one'),
)

const lint = Command.make('lint', { file }, ({ file }) =>
  Effect.flatMap(
    Effect.promise(() => import('../check-profile.ts')),
    ({ lintProfileFile }) => lintProfileFile(file),
  ),
).pipe(Command.withDescription('Names everything that is wrong with a profile, field by field. Exit 2 if anything is.'))

const test = Command.make('test', { file }, ({ file }) =>
  Effect.flatMap(
    Effect.promise(() => import('../check-profile.ts')),
    ({ testProfileFile }) => testProfileFile(file),
  ),
).pipe(Command.withDescription("Runs a profile's own tests: raw registers in, values out. Exit 1 if one differs."))

export const profile = Command.make('profile').pipe(
  Command.withDescription('Profiles: how a family of devices spells what it measures. See docs/profiles.md.'),
  Command.withSubcommands([lint, test]),
)
