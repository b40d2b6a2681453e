import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'
import { deviceFlags } from './device-flags.ts'

export const read = Command.make(
  'read',
  {
    ...deviceFlags,
    watch: Flag.Boolean('watch').pipe(
      Flag.withDefault(false),
      Flag.withDescription(
        'goes on reading until it is stopped, and shows what is measured; with --json a line a sample',
      ),
    ),
    every: Flag.Finite('every').pipe(
      Flag.withMetavar('SECONDS'),
      Flag.withDescription('with --watch: how often it is read (1); a P1 port says itself when'),
      Flag.filter(
        (seconds) => seconds >= 0.1 && seconds <= 3_600,
        () => '0.1 to 3600 seconds',
      ),
      Flag.optional,
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document in one line')),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../read-meter.ts')),
      ({ readMeter }) => readMeter(flags),
    ),
).pipe(
  Command.withDescription(
    'Identifies a device, reads it once or (--watch) again and again, and prints what it shows. Never writes to it.',
  ),
)
