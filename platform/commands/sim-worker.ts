import { Effect, Option } from 'effect'
import { Command, Flag } from 'effect/cli'
import { natsFlag, natsLoginFlags, natsServerOf } from './nats-flags.ts'

export const simWorker = Command.make(
  'sim-worker',
  {
    nats: natsFlag.pipe(Flag.withDescription("where runs are taken from: 'nats://HOST:4222' or 'tls://…'")),
    ...natsLoginFlags,
    workers: Flag.Int('workers').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDescription('how many threads simulate (all cores)'),
      Flag.optional,
    ),
  },
  ({ workers, ...flags }) =>
    Effect.gen(function* () {
      const server = yield* natsServerOf(flags)
      const { serveSweeps } = yield* Effect.promise(() => import('../simulation/serve-sweeps.ts'))
      return yield* serveSweeps({ server, workers: Option.getOrUndefined(workers) })
    }),
).pipe(Command.withDescription('One of many machines that simulate the runs of sweeps, until it is stopped.'))
