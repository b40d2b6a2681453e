import { join } from 'node:path'
import { Console, Effect } from 'effect'
import { loadAccountKey } from '#meter-agent/index.ts'
import { generateScenario, loadScenario, simClock, streetWires } from '#sim/index.ts'
import { BadInput } from './bad-input.ts'
import { openDataFolder } from './data-folder.ts'
import { freePort, portFault } from './free-port.ts'
import { keptWires } from './kept-wires.ts'
import { lastTimeMs } from './last-time.ts'
import type { ChainAccess } from './live/live-chain.ts'
import { type LiveStreet, openLiveStreet } from './live/live-street.ts'
import { logging } from './logging.ts'
import { prepare } from './prepare.ts'
import { runStreet } from './run-street.ts'
import { DEFAULT_CONFIRMATIONS, type Settings } from './settings/settings.ts'
import { chooseStreet, keepStreet } from './street-choice.ts'
import { streetRules } from './street-rules.ts'

const HOST = '127.0.0.1'

/** Homes × speed that two cores keep up with: each reading, statement and order is signed once and checked once. */
const HOMES_TIMES_SPEED_MAX = 20_000

const DEFAULT_PORT = 4_800
const DEFAULT_SPEED = 300

/** Opens a street and keeps it going until it is interrupted. Fails with BadInput on what cannot be used. */
export const startStreet = (given: Settings) => Effect.provide(openAndRun(given), logging(given))

const openAndRun = Effect.fnUntraced(function* (given: Settings) {
  const chain = yield* chainAccess(given)
  if (given.port !== undefined) yield* refuseTaken(given.port)
  const folder = yield* openDataFolder(given.data)
  const choice = yield* Effect.try({
    try: () =>
      chooseStreet(folder, {
        scenario: given.scenario,
        homes: given.homes,
        seed: given.seed,
      }),
    catch: (error) => (error instanceof BadInput ? error : new BadInput({ detail: String(error) })),
  })
  const street = yield* ('scenarioFile' in choice ? loadScenario(choice.scenarioFile) : generateScenario(choice)).pipe(
    Effect.mapError((error) => new BadInput({ detail: error.message })),
  )
  keepStreet(folder, choice)
  const wires = yield* keptWires(
    folder,
    streetWires(street, 'scenarioFile' in choice ? choice.scenarioFile : undefined).pipe(
      Effect.mapError((error) => new BadInput({ detail: error.message })),
    ),
  )
  yield* Effect.try({ try: () => prepare(['contracts', 'page']), catch: (error) => error })
  const startMs = Math.max(street.startMs, yield* lastTimeMs(folder, street.neighbourhood))
  // Time stands still until the street is open: else what nobody could read or trade in would pass at each start.
  let openedAtMs: number | null = null
  const wallNowMs = () => (openedAtMs === null ? 0 : performance.now() - openedAtMs)
  const clock = simClock({ startMs, speed: given.speed ?? DEFAULT_SPEED, wallNowMs })
  const live = yield* openLiveStreet({
    street,
    clock,
    rules: yield* streetRules(folder, street.neighbourhood),
    folder,
    wires,
    host: HOST,
    port: given.port ?? (yield* freePort({ host: HOST, port: DEFAULT_PORT })),
    pageDir: join(import.meta.dirname, '../ui/dist'),
    ...(given.names === undefined ? {} : { names: given.names }),
    ...(chain === undefined ? {} : { chain }),
  })
  yield* Effect.logInfo(`${live.homes.length} homes, ${clock.speed} simulated seconds a second`)
  for (const devices of devicesOf(live)) yield* Effect.logInfo(devices)
  if (live.homes.length * clock.speed > HOMES_TIMES_SPEED_MAX) {
    yield* Effect.logWarning(
      `That is more than two cores sign and check in time: statements that come too late are estimated. ` +
        `They keep up with about --speed ${Math.floor(HOMES_TIMES_SPEED_MAX / live.homes.length)}.`,
    )
  }
  openedAtMs = performance.now()
  yield* Console.log(`Commonwatt: ${street.neighbourhood} trades at ${live.url}`)
  return yield* runStreet(live, clock)
}, Effect.scoped)

/** A port that was named is the one that is meant: said before anything is begun. */
const refuseTaken = (port: number): Effect.Effect<void, BadInput> =>
  Effect.flatMap(portFault({ host: HOST, port }), (fault) => {
    if (fault === null) return Effect.void
    const why = fault === 'EADDRINUSE' ? 'another program has it' : `the system does not give it (${fault})`
    const detail = `--port ${port}: ${why}; name another one, or 0 for any free one${fault === 'EADDRINUSE' ? ', or stop that program' : ''}`
    return Effect.fail(new BadInput({ detail }))
  })

/** How many devices speak what, and how one of each is read by hand. */
function devicesOf(live: LiveStreet): readonly string[] {
  const names = { modbus: 'Modbus TCP', opcua: 'OPC UA', p1: 'P1', mqtt: 'MQTT' } as const
  const kinds = Map.groupBy(live.homes, ({ device }) => device.address.type)
  return [...kinds].map(
    ([type, homes]) =>
      `${homes.length} answer by ${names[type]}: npx commonwatt meter read ${homes[0]?.device.readFlags}`,
  )
}

const chainAccess = ({ rpc, operatorKey, confirmations }: Settings) =>
  Effect.gen(function* () {
    if (rpc === undefined && confirmations !== undefined && confirmations > 0) {
      const detail = '--confirmations is for --rpc: a chain of its own makes no blocks to wait for'
      return yield* new BadInput({ detail })
    }
    if (rpc === undefined && operatorKey === undefined) return undefined
    if (rpc === undefined || operatorKey === undefined) {
      return yield* new BadInput({ detail: '--rpc and --operator-key go together: name both, or neither' })
    }
    const key = yield* loadAccountKey(operatorKey).pipe(
      Effect.mapError((error) => new BadInput({ detail: `--operator-key: ${error.message}` })),
    )
    return {
      rpcUrl: rpc,
      operatorKey: key,
      confirmations: confirmations ?? DEFAULT_CONFIRMATIONS,
    } satisfies ChainAccess
  })
