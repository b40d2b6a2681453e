import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'
import { deviceFlags } from './device-flags.ts'
import { dump } from './meter-dump.ts'
import { emulate } from './meter-emulate.ts'
import { profile } from './meter-profile.ts'
import { run } from './meter-run.ts'
import { scan } from './meter-scan.ts'

const read = Command.make(
  'read',
  {
    ...deviceFlags,
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document in one line')),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../read-meter.ts')),
      ({ readMeter }) => readMeter(flags),
    ),
).pipe(Command.withDescription('Identifies a device, reads it once, and prints what it shows. Never writes to it.'))

export const meter = Command.make('meter').pipe(
  Command.withDescription("One home's hardware."),
  Command.withSubcommands([scan, read, run, dump, emulate, profile]),
)
