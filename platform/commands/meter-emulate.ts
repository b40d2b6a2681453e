import { Effect } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'

export const emulate = Command.make(
  'emulate',
  {
    file: Argument.String('file').pipe(
      Argument.withDescription(
        'a recorded device: JSON as `meter dump` writes it, or a P1 telegram (docs/recordings.md)',
      ),
    ),
    host: Flag.String('host').pipe(Flag.withDefault('127.0.0.1'), Flag.withDescription('the address to answer at')),
    port: Flag.Int('port').pipe(
      Flag.withDescription('the preferred port; if it is taken, any free one (15020)'),
      Flag.filter(
        (port) => port >= 1 && port <= 65_535,
        () => 'a port, 1 to 65535',
      ),
      Flag.optional,
    ),
    writable: Flag.Boolean('writable').pipe(
      Flag.withDefault(false),
      Flag.withDescription('keep what is written to its holding registers (it is refused)'),
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document in one line')),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../emulate-meter.ts')),
      ({ emulateMeter }) => emulateMeter(flags),
    ),
).pipe(
  Command.withDescription(
    'Puts a recorded device on a port, until it is stopped: by Modbus TCP, or as a P1 port on TCP.',
  ),
)
