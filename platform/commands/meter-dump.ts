import { Effect } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'

export const dump = Command.make(
  'dump',
  {
    address: Argument.String('address').pipe(Argument.withDescription("the device: 'tcp://HOST:PORT?unit=1'")),
    ranges: Flag.String('ranges').pipe(
      Flag.withMetavar('FIRST-LAST,…'),
      Flag.withDescription('the registers to read, both ends included (the SunSpec models)'),
      Flag.optional,
    ),
    table: Flag.Literals('table', ['holding', 'input']).pipe(
      Flag.withDefault('holding' as const),
      Flag.withDescription('with --ranges: holding registers, function 3, or input registers, function 4 (holding)'),
    ),
    base: Flag.Int('base').pipe(
      Flag.withDescription('a further register to look for the SunSpec mark at, after 40000, 50000 and 0'),
      Flag.optional,
    ),
    name: Flag.String('name').pipe(Flag.withDefault('device'), Flag.withDescription('what the image is called')),
    serials: Flag.Boolean('serials').pipe(
      Flag.withDefault(false),
      Flag.withDescription('keep serial numbers; otherwise each character of one is an X'),
    ),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../dump-meter.ts')),
      ({ dumpMeter }) => dumpMeter(flags),
    ),
).pipe(
  Command.withDescription(
    "Prints a device's registers as an image that `meter emulate` serves. Look it over before it leaves the house: a serial number that the device keeps as a number, or in another coding, is not seen.",
  ),
)
