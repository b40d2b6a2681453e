import { Console, Effect, Option, Schedule } from 'effect'
import { type Agent, type ForecasterName, makeAgent, makeTrader, type TraderName } from '#meter-agent/index.ts'
import { audienceOf, openAudience } from './agent-audience.ts'
import { BadInput } from './bad-input.ts'
import { openDataFolder } from './data-folder.ts'
import { type DeviceFlags, deviceOf } from './device-of-flags.ts'
import { followStreetClock, type NoStreet, streetTerms } from './far-street.ts'
import { openHomeFolder } from './home-folder.ts'
import { asInput, gatewayOf, nameTaken } from './joining.ts'
import { paceOf } from './run-street.ts'

/** What `commonwatt meter run` was told. */
interface RunMeterFlags extends DeviceFlags {
  /** where the neighbourhood answers */
  readonly gateway: string
  /** left out where the folder is a home's already */
  readonly home: Option.Option<string>
  /** where keys and outbox live; a folder that is there or can be made */
  readonly data: string
  readonly place: Option.Option<string>
  readonly trader: TraderName
  readonly forecaster: ForecasterName
  readonly homeAssistant: Option.Option<string>
  readonly brokerUser: Option.Option<string>
  readonly brokerPasswordFile: Option.Option<string>
  readonly metrics: Option.Option<string>
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
  const device = yield* deviceOf(flags)
  const audience = yield* audienceOf(flags)
  const gateway = yield* gatewayOf(flags.gateway)
  const place = yield* placeOf(flags.place)
  const folder = yield* openDataFolder(flags.data)
  const own = yield* asInput(openHomeFolder(folder, { home: Option.getOrUndefined(flags.home) }))
  const { home } = own
  const { neighbourhood, slotMinutes } = yield* waitFor(streetTerms(gateway))
  const clock = yield* waitFor(followStreetClock(gateway))
  const agent = yield* asInput(
    makeAgent(
      {
        ...own,
        neighbourhood,
        deviceId: home,
        device,
        gatewayUrl: gateway,
        clock,
        trader: makeTrader(flags.trader),
        forecaster: flags.forecaster,
        ...(place === null ? {} : { place }),
      },
      yield* openAudience(audience, { home, neighbourhood }),
    ),
  )
  yield* enrolled(agent, own.forget)
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

/** What no waiting heals is said at once; the rest is tried again while the agent runs. */
const enrolled = (agent: Agent, forget: Effect.Effect<void>): Effect.Effect<void, BadInput> =>
  agent.enrol().pipe(
    Effect.catchTags({
      GatewayUnreachable: () => Effect.void,
      GatewayRefused: ({ code }) =>
        code === 'ALREADY_ENROLLED' ? Effect.andThen(forget, Effect.fail(nameTaken(agent.home))) : Effect.void,
    }),
    asInput,
  )

/** A place as it is typed; null where none is. */
const placeOf = (flag: Option.Option<string>) =>
  Effect.suspend(() => {
    if (Option.isNone(flag)) return Effect.succeed(null)
    const [, latitude, longitude] = /^(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)$/.exec(flag.value) ?? []
    const place = { latitudeDeg: Number(latitude), longitudeDeg: Number(longitude) }
    const isOne = Math.abs(place.latitudeDeg) <= 90 && Math.abs(place.longitudeDeg) <= 180
    if (isOne) return Effect.succeed(place)
    const detail = `--place ${flag.value}: degrees north and east, -90 to 90 and -180 to 180, like 52.4,13.1`
    return Effect.fail(new BadInput({ detail }))
  })
