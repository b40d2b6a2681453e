import { Effect } from 'effect'
import type { DeviceReport } from './device-snapshot.ts'
import { builtInModbusProfiles, loadModbusProfile } from './profiles/load-modbus-profile.ts'
import { readDevice } from './read-device.ts'

/** What answers at a Modbus address. */
export interface IdentifiedDevice {
  /** `tcp://host:port?unit=1` and the like */
  readonly url: string
  /** how it is read: `sunspec`, the name of a built-in profile, or null: it answers, and nobody knows it */
  readonly profile: string | null
  readonly manufacturer: string | null
  readonly model: string | null
}

/** What shows that nobody is there, rather than somebody who says something else. */
const silence: readonly string[] = ['ModbusTimeout', 'ModbusClosed', 'ModbusResting']

/**
 * Finds out what a device is: by SunSpec first, then by the built-in profiles that say how their family is told from
 * others. Null where nobody answers, or the address is none.
 */
export const identifyDevice = (options: {
  readonly url: string
  readonly timeoutMs: number
}): Effect.Effect<IdentifiedDevice | null> =>
  Effect.gen(function* () {
    const { url, timeoutMs } = options
    const read = (profile?: string) =>
      readDevice({ device: { type: 'modbus', url, ...(profile === undefined ? {} : { profile }) }, timeoutMs }).pipe(
        Effect.map((report) => ({ report })),
        Effect.catch(({ _tag }) => Effect.succeed({ tag: _tag })),
      )
    const bySunspec = yield* read()
    if ('report' in bySunspec) return identified(url, bySunspec.report)
    if (silence.includes(bySunspec.tag) || bySunspec.tag === 'BadModbusUrl') return null
    for (const profile of yield* tellingProfiles) {
      const byProfile = yield* read(profile)
      if ('report' in byProfile) return identified(url, byProfile.report)
    }
    return { url, profile: null, manufacturer: null, model: null }
  })

const identified = (url: string, { profile, device: { manufacturer, model } }: DeviceReport): IdentifiedDevice => ({
  url,
  profile,
  manufacturer,
  model,
})

/** The built-in profiles with match rules: without any, every device would be of the family. */
const tellingProfiles: Effect.Effect<readonly string[]> = Effect.suspend(() =>
  Effect.filter(builtInModbusProfiles(), (name) =>
    Effect.map(Effect.orDie(loadModbusProfile(name)), ({ match = [] }) => match.length > 0),
  ),
)
