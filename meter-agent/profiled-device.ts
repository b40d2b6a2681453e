import { Effect, type Scope } from 'effect'
import { DEFAULT_TIMEOUT_MS, type ModbusDevice } from './device-address.ts'
import type { ModbusError } from './drivers/modbus-error.ts'
import { openModbusLine } from './drivers/modbus-line.ts'
import { OtherDevice } from './meter-error.ts'
import { type BadModbusUrl, modbusUrl } from './modbus-url.ts'
import { makePlannedReader } from './planning/planned-reader.ts'
import { profilePlan } from './planning/profile-plan.ts'
import { decodeValues, type ProfileValues, type WordBlock } from './profiles/decode-values.ts'
import type { ModbusProfile } from './profiles/modbus-profile.ts'

/** A Modbus device that is read through a profile. */
export interface ProfiledDevice {
  readonly unit: number
  readonly connect: Effect.Effect<void, ModbusError>
  readonly read: Effect.Effect<ProfiledRead, ModbusError | OtherDevice>
}

/** What a device said, and what that means. */
interface ProfiledRead {
  readonly blocks: readonly WordBlock[]
  readonly values: ProfileValues
}

/**
 * Opens a Modbus device, to read all of its profile or `only` some values. What its address and
 * the caller leave out, the profile says: port, unit, speed and parity of a serial line, time-out.
 */
export const openProfiledDevice = (
  device: ModbusDevice,
  options: {
    readonly profile: ModbusProfile
    readonly timeoutMs?: number | undefined
    readonly only?: readonly string[]
  },
): Effect.Effect<ProfiledDevice, BadModbusUrl, Scope.Scope> =>
  Effect.gen(function* () {
    const { profile } = options
    const { transport } = profile
    const timeoutMs = options.timeoutMs ?? transport.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const { line, unit } = yield* modbusUrl(device.url, transport)
    const bus = yield* openModbusLine({ line, timeoutMs, connectDelayMs: transport.connectDelayMs ?? 0 })
    const gapMs = transport.gapMs ?? 0
    const reader = makePlannedReader(bus, { unit, plan: profilePlan(profile, options.only), gapMs })
    return {
      unit,
      connect: bus.connect,
      read: Effect.gen(function* () {
        const { blocks } = yield* reader
        const values = decodeValues(profile, blocks)
        const detail = mismatchOf(profile, values)
        return detail === null ? { blocks, values } : yield* new OtherDevice({ unit, profile: profile.profile, detail })
      }),
    }
  })

/** Why a device is not of a profile's family; null if it is, as far as its match rules can tell. */
export function mismatchOf({ match = [] }: ModbusProfile, values: ProfileValues): string | null {
  for (const { register, is, contains = [] } of match) {
    const value = values[register] ?? null
    const has = typeof value === 'string' && contains.some((part) => value.includes(part))
    const matches = is === undefined ? has : value !== null && is.includes(value)
    if (matches) continue
    const wanted = `${is === undefined ? 'something with ' : ''}${oneOf(is ?? contains)}`
    return `${register} is ${JSON.stringify(value)} instead of ${wanted}`
  }
  return null
}

const oneOf = (values: readonly (string | number)[]): string => values.map((one) => JSON.stringify(one)).join(' or ')
