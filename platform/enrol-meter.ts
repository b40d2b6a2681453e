import { Console, Effect, Option } from 'effect'
import { enrolHome } from '#meter-agent/index.ts'
import { openDataFolder } from './data-folder.ts'
import { streetTerms } from './far-street.ts'
import { openHomeFolder } from './home-folder.ts'
import { asInput, gatewayOf, nameTaken } from './joining.ts'
import { keyUriOf } from './key-uri.ts'

/** What `commonwatt meter enroll` was told. */
interface EnrolMeterFlags {
  readonly gateway: string
  readonly home: Option.Option<string>
  readonly data: string
  readonly deviceKey: Option.Option<string>
  readonly p256: boolean
  readonly json: boolean
}

/**
 * Makes a home's keys if it has none, enrols it in a neighbourhood that runs elsewhere, and says by which keys. Enrolled
 * already by the same keys is as good. BadInput on what cannot be used, and where another home has the name.
 */
export const enrolMeter = Effect.fnUntraced(function* (flags: EnrolMeterFlags) {
  const gateway = yield* gatewayOf(flags.gateway)
  const deviceKey = Option.isSome(flags.deviceKey) ? yield* keyUriOf('--device-key', flags.deviceKey.value) : undefined
  const folder = yield* openDataFolder(flags.data)
  const own = yield* asInput(
    openHomeFolder(folder, {
      home: Option.getOrUndefined(flags.home),
      deviceKey,
      algorithm: flags.p256 ? 'p256' : undefined,
    }),
  )
  const { home } = own
  const { neighbourhood } = yield* streetTerms(gateway)
  const { account, deviceSigner } = yield* enrolHome({
    ...own,
    neighbourhood,
    deviceId: home,
    gatewayUrl: gateway,
  }).pipe(
    Effect.catchIf(
      (error) => error._tag === 'GatewayRefused' && error.code === 'ALREADY_ENROLLED',
      () => Effect.andThen(own.forget, Effect.fail(nameTaken(home))),
    ),
  )
  const { algorithm } = own.deviceKey
  yield* Console.log(
    flags.json
      ? JSON.stringify({ home, neighbourhood, account, deviceSigner, algorithm })
      : `Commonwatt: ${home} of ${neighbourhood} is ${account}, its meter signs as ${deviceSigner} (${algorithm})`,
  )
}, Effect.scoped)
