import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'
import { DEFAULT_HOMES, DEFAULT_SEED } from '../street-choice.ts'

const DEFAULT_PORT = 4_800
const DEFAULT_SPEED = 300

const between = (name: string, least: number, most: number) =>
  [
    (value: number) => value >= least && value <= most,
    (value: number) => `--${name} ${value} is outside ${least} to ${most}`,
  ] as const

const flags = {
  homes: Flag.Int('homes').pipe(
    Flag.withDescription(`how many homes, 1 to 200 (${DEFAULT_HOMES})`),
    Flag.filter(...between('homes', 1, 200)),
    Flag.optional,
  ),
  speed: Flag.Finite('speed').pipe(
    Flag.withDescription(`simulated seconds a second, 0.1 to 3600 (${DEFAULT_SPEED})`),
    Flag.filter(...between('speed', 0.1, 3_600)),
    Flag.withDefault(DEFAULT_SPEED),
  ),
  port: Flag.Int('port').pipe(
    Flag.withDescription(`port of the page and the API, 0 for any free one (${DEFAULT_PORT}, or a free one if taken)`),
    Flag.filter(...between('port', 0, 65_535)),
    Flag.optional,
  ),
  data: Flag.String('data').pipe(
    Flag.withMetavar('DIR'),
    Flag.withDescription(
      'the folder that keeps the street; goes on with the one that is there (none: nothing is kept)',
    ),
    Flag.optional,
  ),
  scenario: Flag.String('scenario').pipe(
    Flag.withMetavar('FILE'),
    Flag.withDescription('a scenario that says where, when and which homes'),
    Flag.optional,
  ),
  seed: Flag.Int('seed').pipe(
    Flag.withDescription(`what everything drawn depends on (${DEFAULT_SEED})`),
    Flag.filter(...between('seed', 0, 2 ** 32 - 1)),
    Flag.optional,
  ),
  rpc: Flag.String('rpc').pipe(
    Flag.withMetavar('URL'),
    Flag.withDescription('JSON-RPC of a chain to settle on (one of its own in this process)'),
    Flag.optional,
  ),
  operatorKey: Flag.String('operator-key').pipe(
    Flag.withMetavar('URI'),
    Flag.withDescription('with --rpc: the key that pays for transactions there, file:///path, mode 0600'),
    Flag.optional,
  ),
}

export const start = Command.make('start', flags, (given) =>
  // Loaded when it is needed: other commands shall not wait for chain and devices.
  Effect.flatMap(
    Effect.promise(() => import('../start-street.ts')),
    ({ startStreet }) => startStreet({ ...given, defaultPort: DEFAULT_PORT }),
  ),
).pipe(Command.withDescription('A neighbourhood from nothing: devices, agents, market, chain and page in one process.'))
