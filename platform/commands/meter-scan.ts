import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'

export const scan = Command.make(
  'scan',
  {
    hosts: Flag.String('hosts').pipe(
      Flag.withMetavar('HOST|A.B.C.D-E'),
      Flag.withDescription('a host, or the addresses of a network from one to another: 192.168.1.1-254'),
      Flag.optional,
    ),
    line: Flag.String('line').pipe(
      Flag.withMetavar('URL'),
      Flag.withDescription("or a line: 'rtu:///dev/ttyUSB0?baud=9600' or 'rtu+tcp://HOST:PORT'"),
      Flag.optional,
    ),
    port: Flag.Int('port').pipe(Flag.withDefault(502), Flag.withDescription('of the hosts (502)')),
    units: Flag.String('units').pipe(
      Flag.withMetavar('N|N-M'),
      Flag.withDefault('1'),
      Flag.withDescription('the units of each (1)'),
    ),
    timeoutMs: Flag.Int('timeout').pipe(
      Flag.withMetavar('MS'),
      Flag.withDefault(1_000),
      Flag.withDescription('how long each may take to answer (1000)'),
      Flag.filter(
        (ms) => ms >= 50 && ms <= 60_000,
        () => '50 to 60000',
      ),
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document in one line')),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../scan-meters.ts')),
      ({ scanMeters }) => scanMeters(flags),
    ),
).pipe(
  Command.withDescription(
    'Asks the Modbus addresses that it is given what they are, and prints how each is read. Never writes to a device.',
  ),
)
