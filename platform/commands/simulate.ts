import { Effect, Option } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'

export const simulate = Command.make(
  'simulate',
  {
    scenario: Argument.String('scenario').pipe(
      Argument.withDescription(
        'a scenario file, or the name of one that comes along (street); docs/simulate.md lists them',
      ),
      Argument.optional,
    ),
    homes: Flag.Int('homes').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDescription("how many homes a generated street has (the scenario's)"),
      Flag.optional,
    ),
    days: Flag.Int('days').pipe(Flag.withMetavar('DAYS'), Flag.withDescription('how long it lasts (1)'), Flag.optional),
    seed: Flag.Int('seed').pipe(
      Flag.withDescription("what all that is drawn depends on (the scenario's)"),
      Flag.optional,
    ),
    ceiling: Flag.Boolean('ceiling').pipe(
      Flag.withDefault(false),
      Flag.withDescription('beside it the best that could be, all known beforehand: up to 100 homes and 7 days'),
    ),
    out: Flag.String('out').pipe(
      Flag.withMetavar('DIR'),
      Flag.withDescription('writes slots, homes and trades as NDJSON and CSV there, and a report page'),
      Flag.optional,
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document')),
  },
  ({ json, ceiling, ...given }) =>
    Effect.gen(function* () {
      // Loaded when it is needed: the rooms that it drives take a second.
      const { runSimulation } = yield* Effect.promise(() => import('../simulation/run-simulation.ts'))
      const { scenario, homes, days, seed, out } = given
      return yield* runSimulation({
        scenario: Option.getOrUndefined(scenario),
        homes: Option.getOrUndefined(homes),
        days: Option.getOrUndefined(days),
        seed: Option.getOrUndefined(seed),
        ceiling: ceiling ? 'computed' : undefined,
        out: Option.getOrUndefined(out),
        json,
      })
    }),
).pipe(
  Command.withDescription(
    'A street through its days as fast as it goes, without devices, network or chain: what its market comes to.',
  ),
)
