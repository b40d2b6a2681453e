import { Console, Effect } from 'effect'
import { readDevice } from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'
import { type DeviceFlags, deviceOf } from './device-of-flags.ts'

/** Reads a device once and prints what it shows. Fails with BadInput on flags that cannot be used. */
export const readMeter = Effect.fnUntraced(function* (flags: DeviceFlags & { readonly json: boolean }) {
  const device = yield* deviceOf(flags)
  const refuse = (error: { readonly message: string }) =>
    Effect.fail(new BadInput({ detail: `--${device.type}: ${error.message}` }))
  const report = yield* readDevice({ device }).pipe(
    Effect.catchTags({
      BadModbusUrl: refuse,
      BadOpcuaUrl: refuse,
      BadP1Url: refuse,
      BadProfile: (error) => Effect.fail(new BadInput({ detail: `--profile: ${error.message}` })),
      OpcuaIdentityFailure: (error) => Effect.fail(new BadInput({ detail: `--identity: ${error.message}` })),
    }),
  )
  yield* Console.log(JSON.stringify(report, null, flags.json ? 0 : 2))
})
