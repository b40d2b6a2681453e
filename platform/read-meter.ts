import { Console, Effect, Option } from 'effect'
import { type DeviceAddress, type MeterError, openDeviceReader, readDevice } from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'
import { type DeviceFlags, deviceOf } from './device-of-flags.ts'

/** What `commonwatt meter read` was told. */
interface ReadMeterFlags extends DeviceFlags {
  readonly watch: boolean
  readonly every: Option.Option<number>
  readonly json: boolean
}

const DEFAULT_EVERY_SECONDS = 1

/** Reads a device once, or again and again, and prints what it shows. Fails with BadInput on flags that cannot be used. */
export const readMeter = Effect.fnUntraced(function* (flags: ReadMeterFlags) {
  const { json, watch } = flags
  const device = yield* deviceOf(flags)
  const asInput = refusing(device.type)
  if (!watch) {
    if (Option.isSome(flags.every)) return yield* new BadInput({ detail: '--every goes with --watch' })
    const report = yield* asInput(readDevice({ device }))
    return yield* Console.log(JSON.stringify(report, null, json ? 0 : 2))
  }
  const everyMs = 1_000 * Option.getOrElse(flags.every, () => DEFAULT_EVERY_SECONDS)
  const { watchDevice } = yield* Effect.promise(() => import('./watch-device.ts'))
  const read = yield* asInput(openDeviceReader({ device }))
  return yield* watchDevice(asInput(read), { everyMs, json })
}, Effect.scoped)

/** What was named on the command line and cannot be used is bad input; what a device does is not. */
const refusing = (type: DeviceAddress['type']) => {
  const refuse = (error: { readonly message: string }) =>
    Effect.fail(new BadInput({ detail: `--${type}: ${error.message}` }))
  return <A, R>(read: Effect.Effect<A, MeterError, R>) =>
    Effect.catchTags(read, {
      BadModbusUrl: refuse,
      BadOpcuaUrl: refuse,
      BadP1Url: refuse,
      BadMqttUrl: refuse,
      BadProfile: (error) =>
        Effect.fail(new BadInput({ detail: `--${type === 'mqtt' ? 'mqtt' : 'profile'}: ${error.message}` })),
      OpcuaIdentityFailure: (error) => Effect.fail(new BadInput({ detail: `--identity: ${error.message}` })),
    })
}
