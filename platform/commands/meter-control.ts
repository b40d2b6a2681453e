import { Effect } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'

export const control = Command.make(
  'control',
  {
    action: Argument.Literals('action', ['curtail', 'charge', 'discharge', 'release']).pipe(
      Argument.withDescription('curtail, charge, discharge, or release: only put back what an earlier run left'),
    ),
    modbus: Flag.String('modbus').pipe(
      Flag.withMetavar('URL'),
      Flag.withDescription(
        "the device: 'tcp://HOST:PORT?unit=1', 'rtu+tcp://…' or 'rtu:///dev/ttyUSB0?baud=9600&unit=1'",
      ),
    ),
    profile: Flag.String('profile').pipe(
      Flag.withMetavar('NAME|FILE'),
      Flag.withDescription('how a device is told that does not do so by SunSpec: a built-in name or a JSON file'),
      Flag.optional,
    ),
    base: Flag.Int('base').pipe(
      Flag.withDescription('a further register to look for the SunSpec mark at, after 40000, 50000 and 0'),
      Flag.optional,
    ),
    data: Flag.String('data').pipe(
      Flag.withMetavar('DIR'),
      Flag.withDescription("the home's folder: its account key signs, and what was written is recorded in it"),
    ),
    allow: Flag.String('allow').pipe(
      Flag.withMetavar('ACTION=MIN-MAX,…'),
      Flag.withDescription('what may be written at all, in W: curtail=0-5000,charge=0-3000. Nothing else ever is'),
      Flag.optional,
    ),
    power: Flag.Int('power').pipe(
      Flag.withMetavar('W'),
      Flag.withDescription('the most to inject, or what to charge or discharge with'),
      Flag.optional,
    ),
    seconds: Flag.Int('for').pipe(
      Flag.withMetavar('SECONDS'),
      Flag.withDefault(900),
      Flag.withDescription('how long, then the device is put back (900)'),
    ),
    rate: Flag.Int('rate').pipe(Flag.withDefault(4), Flag.withDescription('the most changes in a minute (4)')),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document a line')),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../control-meter.ts')),
      ({ controlMeter }) => controlMeter(flags),
    ),
).pipe(
  Command.withDescription(
    'WRITES to a device: curtails an inverter, charges or discharges a battery, until the time is over or it is stopped; then puts it back. See docs/control.md.',
  ),
)
