import { Console, Effect, Option } from 'effect'
import { Command, Flag } from 'effect/cli'
import { BadInput } from '../bad-input.ts'

const read = Command.make(
  'read',
  {
    modbus: Flag.String('modbus').pipe(
      Flag.withMetavar('URL'),
      Flag.withDescription("the device: 'tcp://HOST:PORT?unit=1'"),
    ),
    base: Flag.Int('base').pipe(
      Flag.withDescription('a further register to look for the SunSpec mark at, after 40000, 50000 and 0'),
      Flag.filter(
        (base) => base >= 0 && base <= 65_535,
        (base) => `--base ${base} is not a register: 0 to 65535`,
      ),
      Flag.optional,
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document in one line')),
  },
  ({ modbus, base, json }) =>
    Effect.promise(() => import('#meter-agent/index.ts')).pipe(
      Effect.flatMap(({ readDevice }) => readDevice({ url: modbus, bases: Option.toArray(base) })),
      Effect.catchTag('BadModbusUrl', (error) => Effect.fail(new BadInput({ detail: `--modbus: ${error.message}` }))),
      Effect.flatMap((report) => Console.log(JSON.stringify(report, null, json ? 0 : 2))),
    ),
).pipe(Command.withDescription('Identifies a device, reads it once, and prints what it shows. Never writes to it.'))

export const meter = Command.make('meter').pipe(
  Command.withDescription("One home's hardware."),
  Command.withSubcommands([read]),
)
