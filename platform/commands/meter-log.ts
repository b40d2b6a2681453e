import { Effect } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'

const source = Argument.String('log')

export const log = Command.make(
  'log',
  { log: source.pipe(Argument.withDescription("a home's folder, or its outbox; also while its agent runs")) },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../home-log/run-home-log.ts')),
      ({ printHomeLog }) => printHomeLog(flags),
    ),
).pipe(
  Command.withDescription(
    'Prints what a home has signed (JSON, a line each), with the registers behind it, for anybody to verify.',
  ),
)

export const verify = Command.make(
  'verify',
  {
    log: source.pipe(Argument.withDescription("a home's folder, its outbox, or a file that `meter log` has printed")),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document in one line')),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../home-log/run-home-log.ts')),
      ({ verifyHomeLog }) => verifyHomeLog(flags),
    ),
).pipe(
  Command.withDescription(
    "Checks a home's log: sequence, chain, signatures, registers, statements. Exit 1 names the first thing that is wrong.",
  ),
)
