import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'
import { deviceFlags } from './device-flags.ts'

export const run = Command.make(
  'run',
  {
    ...deviceFlags,
    gateway: Flag.String('gateway').pipe(
      Flag.withMetavar('URL'),
      Flag.withDescription('the neighbourhood to join, as `start` prints it: http://127.0.0.1:4800'),
    ),
    home: Flag.String('home').pipe(
      Flag.withMetavar('NAME'),
      Flag.withDescription('what the home is called there: 1 to 32 of a–z, 0–9 and inner hyphens'),
    ),
    data: Flag.String('data').pipe(
      Flag.withMetavar('DIR'),
      Flag.withDescription("the home's keys and memory; made if it is not there, and the same home the next time"),
    ),
    trader: Flag.Literals('trader', ['ramp', 'zero-intelligence']).pipe(
      Flag.withDefault('ramp' as const),
      Flag.withDescription('how it trades (ramp)'),
    ),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../run-meter.ts')),
      ({ runMeter }) => runMeter(flags),
    ),
).pipe(
  Command.withDescription(
    "A home's agent: reads its meter, signs, and trades for it in a neighbourhood that runs elsewhere. Never writes to a device.",
  ),
)
