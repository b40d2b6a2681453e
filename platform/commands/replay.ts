import { Effect } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'

export const replay = Command.make(
  'replay',
  {
    partition: Argument.String('partition').pipe(Argument.withDescription('the neighbourhood')),
    data: Flag.String('data').pipe(Flag.withMetavar('DIR'), Flag.withDescription("the data folder of 'start'")),
    to: Flag.Int('to').pipe(
      Flag.withMetavar('SEQUENCE'),
      Flag.withDescription('the last event to fold (all)'),
      Flag.filter(
        (to) => to >= 1,
        () => 'a sequence: sequences count from 1',
      ),
      Flag.optional,
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document')),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../replay-partition.ts')),
      ({ replayPartition }) => replayPartition(given),
    ),
).pipe(Command.withDescription('Folds the log of a market again and prints the hash and a summary of its state.'))
