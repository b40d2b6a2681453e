import { join } from 'node:path'
import { Console, Effect, Option } from 'effect'
import { Command, Flag } from 'effect/cli'
import { loadKey } from '#meter-agent/index.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { generateScenario, loadScenario, simClock } from '#sim/index.ts'
import { BadInput } from '../bad-input.ts'
import { openDataFolder } from '../data-folder.ts'
import { freePort } from '../free-port.ts'
import { lastTimeMs } from '../last-time.ts'
import { type ChainAccess, openLiveStreet } from '../live-street.ts'
import { prepare } from '../prepare.ts'
import { chooseStreet, DEFAULT_HOMES, DEFAULT_SEED } from '../run-record.ts'
import { runStreet } from '../run-street.ts'

const DEFAULT_PORT = 4_800
const DEFAULT_SPEED = 300
const HOST = '127.0.0.1'

/** As DOMAIN has it for `start`: a batch is four slots, and so is its dispute window. */
const rules: MarketRules = {
  ...defaultMarketRules,
  slotsPerBatch: 4,
  disputeWindowMs: 4 * defaultMarketRules.slotMinutes * 60_000,
}

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

const chainAccess = (rpc: string | undefined, operatorKey: string | undefined) =>
  Effect.gen(function* () {
    if (rpc === undefined && operatorKey === undefined) return undefined
    if (rpc === undefined || operatorKey === undefined) {
      return yield* new BadInput({ detail: '--rpc and --operator-key go together: name both, or neither' })
    }
    const key = yield* loadKey(operatorKey).pipe(
      Effect.mapError((error) => new BadInput({ detail: `--operator-key: ${error.message}` })),
    )
    return { rpcUrl: rpc, operatorKey: key } satisfies ChainAccess
  })

export const start = Command.make(
  'start',
  flags,
  Effect.fnUntraced(function* (given) {
    const chain = yield* chainAccess(Option.getOrUndefined(given.rpc), Option.getOrUndefined(given.operatorKey))
    const folder = yield* openDataFolder(Option.getOrUndefined(given.data))
    const choice = yield* Effect.try({
      try: () =>
        chooseStreet(folder, {
          scenario: Option.getOrUndefined(given.scenario),
          homes: Option.getOrUndefined(given.homes),
          seed: Option.getOrUndefined(given.seed),
        }),
      catch: (error) => (error instanceof BadInput ? error : new BadInput({ detail: String(error) })),
    })
    const street = yield* (
      'scenarioFile' in choice ? loadScenario(choice.scenarioFile) : generateScenario(choice)
    ).pipe(Effect.mapError((error) => new BadInput({ detail: error.message })))
    yield* Effect.sync(prepare)
    const startMs = Math.max(street.startMs, yield* lastTimeMs(folder, street.neighbourhood))
    const clock = simClock({ startMs, speed: given.speed, wallNowMs: () => performance.now() })
    const live = yield* openLiveStreet({
      street,
      clock,
      rules,
      folder,
      host: HOST,
      port: Option.getOrUndefined(given.port) ?? (yield* freePort({ host: HOST, port: DEFAULT_PORT })),
      pageDir: join(import.meta.dirname, '../../ui/dist'),
      ...(chain === undefined ? {} : { chain }),
    })
    yield* Console.error(
      `${live.homes.length} homes, ${clock.speed} simulated seconds a second; their devices answer on Modbus TCP ` +
        `from ${live.homes[0]?.device.url}`,
    )
    yield* Console.log(`Commonwatt: ${street.neighbourhood} trades at ${live.url}`)
    return yield* runStreet(live, clock)
  }, Effect.scoped),
).pipe(Command.withDescription('A neighbourhood from nothing: devices, agents, market, chain and page in one process.'))
