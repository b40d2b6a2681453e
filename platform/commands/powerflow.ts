import { Effect } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'

export const powerflow = Command.make(
  'powerflow',
  {
    feeder: Argument.String('feeder').pipe(
      Argument.withDescription('a feeder file, or a built-in one: ieee-european-lv, rural, village, suburb, block'),
    ),
    losses: Flag.Literals('losses', ['pro-rata', 'marginal', 'shapley']).pipe(
      Flag.withDescription('shares the losses out to the loads'),
      Flag.optional,
    ),
    hosting: Flag.Boolean('hosting').pipe(
      Flag.withDefault(false),
      Flag.withDescription('how much more generation and load every load point could have at once'),
    ),
    print: Flag.Boolean('print').pipe(
      Flag.withDefault(false),
      Flag.withDescription('prints the feeder as a feeder file, and solves nothing: a built-in one to begin from'),
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document')),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../solve-feeder.ts')),
      ({ solveFeeder }) => solveFeeder(given),
    ),
).pipe(
  Command.withDescription(
    'Solves one feeder: voltages, currents, losses, and what breaks EN 50160 or a rating. Exit 1 where there is no solution; broken limits are a result, exit 0.',
  ),
)
