import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Console, Effect, Schedule } from 'effect'
import {
  type Agent,
  type DeviceAddress,
  loadOrGenerateKey,
  makeAgent,
  rampTrader,
  zeroIntelligenceTrader,
} from '#meter-agent/index.ts'
import type { Clock } from '#protocol/clock.ts'
import { BadInput } from './bad-input.ts'
import { openDataFolder } from './data-folder.ts'
import { type DeviceFlags, deviceOf } from './device-of-flags.ts'
import { followStreetClock, type NoStreet, streetTerms } from './far-street.ts'
import { paceOf } from './run-street.ts'

const traders = { ramp: rampTrader, 'zero-intelligence': zeroIntelligenceTrader } as const

/** What `commonwatt meter run` was told. */
interface RunMeterFlags extends DeviceFlags {
  /** where the neighbourhood answers */
  readonly gateway: string
  readonly home: string
  /** where keys and outbox live; a folder that is there or can be made */
  readonly data: string
  readonly trader: keyof typeof traders
}

/** A street that is not there yet is asked again so often, wall ms. */
const ASK_AGAIN_MS = 5_000
/** How long the outbox gets to be emptied at the end, wall ms. What stays in it is sent next time. */
const FAREWELL_MS = 2_000

/**
 * Runs the agent of one home against a neighbourhood that runs elsewhere, until it is interrupted: waits for the
 * neighbourhood, makes the home's keys if it has none, enrols it, reads its meter and trades. Fails with BadInput on what
 * cannot be used.
 */
export const runMeter = Effect.fnUntraced(function* (flags: RunMeterFlags) {
  const { gateway, home } = flags
  const device = yield* deviceOf(flags)
  if (!URL.canParse(gateway) || !/^https?:$/.test(new URL(gateway).protocol)) {
    return yield* new BadInput({ detail: `--gateway ${gateway}: the address of a street, like http://127.0.0.1:4800` })
  }
  const folder = yield* openDataFolder(flags.data)
  const { neighbourhood, slotMinutes } = yield* waitFor(streetTerms(gateway))
  const clock = yield* waitFor(followStreetClock(gateway))
  const agent = yield* openAgent({ ...flags, device, folder, neighbourhood, clock })
  yield* Console.log(
    `Commonwatt: ${home} of ${neighbourhood} is ${agent.account}, its meter signs as ${agent.deviceSigner}`,
  )
  const pace = paceOf({ speed: clock.speed, slotMinutes, homes: 1 })
  return yield* agent
    .run(pace)
    .pipe(Effect.onInterrupt(() => Effect.ignore(Effect.timeoutOption(agent.publish(), FAREWELL_MS))))
}, Effect.scoped)

const waitFor = <A, R>(street: Effect.Effect<A, NoStreet, R>): Effect.Effect<A, never, R> =>
  street.pipe(
    Effect.tapError((error) => Effect.logWarning(`${error.message}; it is asked again`)),
    Effect.retry(Schedule.spaced(ASK_AGAIN_MS)),
    Effect.orDie,
  )

const openAgent = (
  options: Pick<RunMeterFlags, 'gateway' | 'home' | 'trader'> & {
    readonly device: DeviceAddress
    readonly folder: string
    readonly neighbourhood: string
    readonly clock: Clock
  },
) =>
  Effect.gen(function* () {
    const { device, gateway, home, folder, neighbourhood, clock, trader } = options
    const keyIn = (name: string) => loadOrGenerateKey(pathToFileURL(join(folder, 'keys', name)).href)
    const agent: Agent = yield* makeAgent({
      home,
      neighbourhood,
      deviceId: home,
      deviceKey: yield* keyIn('device'),
      accountKey: yield* keyIn('account'),
      device,
      gatewayUrl: gateway,
      dataFile: join(folder, 'outbox.sqlite'),
      clock,
      trader: traders[trader],
    })
    return agent
  }).pipe(Effect.mapError((error) => new BadInput({ detail: error.message })))
