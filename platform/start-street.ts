import { join } from 'node:path'
import { Console, Effect, Option } from 'effect'
import { loadKey } from '#meter-agent/index.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'
import { generateScenario, loadScenario, simClock } from '#sim/index.ts'
import { BadInput } from './bad-input.ts'
import { openDataFolder } from './data-folder.ts'
import { freePort } from './free-port.ts'
import { lastTimeMs } from './last-time.ts'
import { type ChainAccess, openLiveStreet } from './live-street.ts'
import { prepare } from './prepare.ts'
import { runStreet } from './run-street.ts'
import { chooseStreet, keepStreet } from './street-choice.ts'

const HOST = '127.0.0.1'

/** As DOMAIN has it for `start`: a batch is four slots, and so is its dispute window. */
const rules: MarketRules = {
  ...defaultMarketRules,
  slotsPerBatch: 4,
  disputeWindowMs: 4 * defaultMarketRules.slotMinutes * 60_000,
}

/** Homes × speed that two cores keep up with: each reading, statement and order is signed once and checked once. */
const HOMES_TIMES_SPEED_MAX = 20_000

/** What `commonwatt start` was told; what was left out is none. */
export interface StartFlags {
  readonly homes: Option.Option<number>
  readonly speed: number
  readonly port: Option.Option<number>
  readonly defaultPort: number
  readonly data: Option.Option<string>
  readonly scenario: Option.Option<string>
  readonly seed: Option.Option<number>
  readonly rpc: Option.Option<string>
  readonly operatorKey: Option.Option<string>
}

/** Opens a street and keeps it going until it is interrupted. Fails with BadInput on what cannot be used. */
export const startStreet = Effect.fnUntraced(function* (given: StartFlags) {
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
  const street = yield* ('scenarioFile' in choice ? loadScenario(choice.scenarioFile) : generateScenario(choice)).pipe(
    Effect.mapError((error) => new BadInput({ detail: error.message })),
  )
  keepStreet(folder, choice)
  yield* Effect.try({ try: prepare, catch: (error) => error })
  const startMs = Math.max(street.startMs, yield* lastTimeMs(folder, street.neighbourhood))
  const clock = simClock({ startMs, speed: given.speed, wallNowMs: () => performance.now() })
  const live = yield* openLiveStreet({
    street,
    clock,
    rules,
    folder,
    host: HOST,
    port: Option.getOrUndefined(given.port) ?? (yield* freePort({ host: HOST, port: given.defaultPort })),
    pageDir: join(import.meta.dirname, '../ui/dist'),
    ...(chain === undefined ? {} : { chain }),
  })
  yield* Console.error(
    `${live.homes.length} homes, ${clock.speed} simulated seconds a second; their devices answer on Modbus TCP ` +
      `from ${live.homes[0]?.device.url}`,
  )
  if (live.homes.length * clock.speed > HOMES_TIMES_SPEED_MAX) {
    yield* Console.error(
      `That is more than two cores sign and check in time: statements that come too late are estimated. ` +
        `They keep up with about --speed ${Math.floor(HOMES_TIMES_SPEED_MAX / live.homes.length)}.`,
    )
  }
  yield* Console.log(`Commonwatt: ${street.neighbourhood} trades at ${live.url}`)
  return yield* runStreet(live, clock)
}, Effect.scoped)

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
