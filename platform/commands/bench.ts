import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'

const log = Command.make(
  'log',
  {
    data: Flag.String('data').pipe(
      Flag.withMetavar('DIR'),
      Flag.withDescription('a folder on the disk to measure (that of temporary files); nothing is left in it'),
      Flag.optional,
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document')),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../bench-log.ts')),
      ({ runLogBench }) => runLogBench(given),
    ),
).pipe(Command.withDescription('The log: commands a second on disk, how long an acknowledgement takes, replay.'))

export const bench = Command.make('bench').pipe(
  Command.withDescription('Measures a part of Commonwatt on this machine.'),
  Command.withSubcommands([log]),
)
