import { Effect, Option } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'
import { BadInput } from '../bad-input.ts'
import { natsFlag, natsLoginFlags, natsServerOf } from './nats-flags.ts'

export const sweep = Command.make(
  'sweep',
  {
    scenario: Argument.String('scenario').pipe(
      Argument.withDescription('a scenario file, or the name of one that comes along; docs/simulate.md lists them'),
    ),
    over: Flag.String('over').pipe(
      Flag.withMetavar('FIELD=VALUE,VALUE'),
      Flag.withDescription(
        'what is varied: a field of the scenario by its path, or seed, homes, days; FROM..TO is whole numbers; repeatable',
      ),
      Flag.atLeast(1),
    ),
    days: Flag.Int('days').pipe(
      Flag.withMetavar('DAYS'),
      Flag.withDescription('how long each run lasts (1)'),
      Flag.optional,
    ),
    workers: Flag.Int('workers').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDescription('how many threads simulate (all cores)'),
      Flag.optional,
    ),
    nats: natsFlag.pipe(
      Flag.withDescription(
        "has the runs simulated by each 'sim-worker' at a NATS server: 'nats://HOST:4222', 'tls://…'",
      ),
      Flag.optional,
    ),
    ...natsLoginFlags,
    out: Flag.String('out').pipe(
      Flag.withMetavar('DIR'),
      Flag.withDescription('keeps each run there, and goes on with those that are there'),
      Flag.optional,
    ),
    json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('a JSON document a run, one a line')),
  },
  ({ scenario, over, days, workers, nats, out, json, ...login }) =>
    Effect.gen(function* () {
      const server = Option.isSome(nats) ? yield* natsServerOf({ nats: nats.value, ...login }) : undefined
      if (server === undefined && (Option.isSome(login.user) || Option.isSome(login.passwordFile))) {
        return yield* new BadInput({ detail: '--user and --password-file are for the server that --nats names' })
      }
      const { runSweep } = yield* Effect.promise(() => import('../simulation/run-sweep.ts'))
      return yield* runSweep({
        base: { scenario, days: Option.getOrUndefined(days) },
        over,
        workers: Option.getOrUndefined(workers),
        server,
        out: Option.getOrUndefined(out),
        json,
      })
    }),
).pipe(Command.withDescription('Simulates a street again and again over what is varied, on all cores or on a cluster.'))
