import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'

const json = Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document'))

const engine = Command.make(
  'engine',
  {
    operations: Flag.Int('operations').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDescription('commands of each workload (2000000); the lines are meant for the full size'),
      Flag.filter(
        (operations) => operations >= 1_000,
        () => 'at least 1000',
      ),
      Flag.optional,
    ),
    seed: Flag.Int('seed').pipe(Flag.withDefault(1), Flag.withDescription('what the streams are drawn from (1)')),
    json,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../bench/engine.ts')),
      ({ runEngineBench }) => runEngineBench(given),
    ),
).pipe(
  Command.withDescription(
    'The matching core on eight workloads, beside nodejs-order-book on the same streams (npm ci brings it), a call auction, a replay, and idle books. A line that is MISSED is no failure: exit 0.',
  ),
)

const gateway = Command.make(
  'gateway',
  {
    clients: Flag.Int('clients').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDefault(500),
      Flag.withDescription('pages that follow (500)'),
      Flag.filter(
        (clients) => clients >= 1 && clients <= 2_000,
        () => '1 to 2000',
      ),
    ),
    seconds: Flag.Int('seconds').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDefault(20),
      Flag.withDescription('how long they follow 1,000 trades a second (20)'),
      Flag.filter(
        (seconds) => seconds >= 1 && seconds <= 3_600,
        () => '1 to 3600',
      ),
    ),
    json,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../bench/gateway.ts')),
      ({ runGatewayBench }) => runGatewayBench(given),
    ),
).pipe(
  Command.withDescription(
    'The gateway: 1,000 trades a second to many pages, then a burst of 5,000. Trades are told to its log, not matched: what their signatures cost is not its. A line that is MISSED is no failure: exit 0.',
  ),
)

const log = Command.make(
  'log',
  {
    data: Flag.String('data').pipe(
      Flag.withMetavar('DIR'),
      Flag.withDescription('a folder on the disk to measure (that of temporary files); nothing is left in it'),
      Flag.optional,
    ),
    json,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../bench/log.ts')),
      ({ runLogBench }) => runLogBench(given),
    ),
).pipe(Command.withDescription('The log: commands a second on disk, how long an acknowledgement takes, replay.'))

const meter = Command.make(
  'meter',
  {
    devices: Flag.Int('devices').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDefault(500),
      Flag.withDescription('Modbus devices, each read once a second by five requests (500)'),
      Flag.filter(
        (devices) => devices >= 1 && devices <= 5_000,
        () => '1 to 5000',
      ),
    ),
    seconds: Flag.Int('seconds').pipe(
      Flag.withDefault(60),
      Flag.withDescription('how long they are read (60)'),
      Flag.filter(
        (seconds) => seconds >= 1 && seconds <= 86_400,
        () => '1 to 86400',
      ),
    ),
    json,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../bench/meter.ts')),
      ({ runMeterBench }) => runMeterBench(given),
    ),
).pipe(
  Command.withDescription(
    'The meter agent: what polling many devices takes, readings on disk a second, and a first `meter read`. A line that is MISSED is no failure: exit 0.',
  ),
)

const powerflow = Command.make(
  'powerflow',
  {
    seed: Flag.Int('seed').pipe(Flag.withDefault(1), Flag.withDescription('what networks and days are drawn from (1)')),
    json,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../bench/powerflow.ts')),
      ({ runPowerFlowBench }) => runPowerFlowBench(given),
    ),
).pipe(
  Command.withDescription(
    'Power flow: the European test feeder of 906 buses in three phases, a balanced network of 10,000, and a year of minutes with limits. A line that is MISSED is no failure: exit 0.',
  ),
)

const settlement = Command.make('settlement', { json }, (given) =>
  Effect.flatMap(
    Effect.promise(() => import('../bench/settlement.ts')),
    ({ runSettlementBench }) => runSettlementBench(given),
  ),
).pipe(
  Command.withDescription(
    'Gas of settling 100, 1,000 and 10,000 trades of 40, 200 and 1,000 homes through the contracts, of each proof that makes a batch fall, of consent and claims, on chains of its own.',
  ),
)

const simulate = Command.make(
  'simulate',
  {
    homes: Flag.Int('homes').pipe(
      Flag.withMetavar('COUNT'),
      Flag.withDefault(1_000),
      Flag.withDescription('homes of a generated street (1000)'),
    ),
    days: Flag.Int('days').pipe(Flag.withDefault(1), Flag.withDescription('how long it lasts (1)')),
    json,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../bench/simulate.ts')),
      ({ runSimulateBench }) => runSimulateBench(given),
    ),
).pipe(
  Command.withDescription(
    'A street through a day, with continuous trading in every slot: without wires, and on feeders.',
  ),
)

export const bench = Command.make('bench').pipe(
  Command.withDescription(
    'Measures Commonwatt on this machine and holds it to its lines. Exit 0 says that it was measured, also where a line is MISSED: another machine is no fault. Exit 1: it could not be, or a check failed.',
  ),
  Command.withSubcommands([engine, gateway, log, meter, powerflow, settlement, simulate]),
)
