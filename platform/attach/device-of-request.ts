import { statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Effect } from 'effect'
import type { AttachFailure } from '#matching-engine/index.ts'
import {
  type DeviceAddress,
  loadProfile,
  type ModbusDefaults,
  parseModbusUrl,
  parseMqttUrl,
  parseOpcuaUrl,
  parseP1Url,
  spelledModbusUrl,
} from '#meter-agent/index.ts'
import type { AttachDevice, AttachProfile } from '#protocol/attach.ts'
import { textOf } from '../text-file.ts'
import { attachProfiles } from './attach-profiles.ts'

/** A device as the agent takes it, with its address spelled in full. */
export interface NamedDevice {
  readonly device: DeviceAddress
  readonly address: string
}

const PASSWORD_BYTES_MAX = 65_536

/**
 * The device that a request names, as the agent takes it. `folder` keeps who we are to an OPC UA server. Fails with the
 * field that cannot be used.
 */
export const deviceOfRequest = (
  given: AttachDevice,
  { folder }: { readonly folder: string },
): Effect.Effect<NamedDevice, AttachFailure> =>
  Effect.gen(function* () {
    const profile = (yield* attachProfiles).find(({ name }) => name === given.profile)
    if (profile === undefined) {
      const detail = `${given.profile}: none that comes with the agent and settles a home; see the list of profiles, or meter run --profile FILE`
      return yield* wrong('profile', detail)
    }
    yield* refuseUnused(given, profile)
    const login = yield* loginOf(given)
    const defaults = profile.speaks === 'modbus' ? yield* modbusDefaults(profile.name) : {}
    const url = yield* urlOf(given, profile, defaults)
    const { name, speaks } = profile
    const sign = given.sign === undefined ? {} : { sign: given.sign }
    switch (speaks) {
      case 'modbus':
        return {
          address: url,
          device: { type: speaks, url, ...(name === 'sunspec' ? {} : { profile: name }), ...sign },
        }
      case 'p1':
        return { address: url, device: { type: speaks, url, ...sign } }
      case 'opcua': {
        const identityFile = join(folder, 'opcua-identity.pem')
        return { address: url, device: { type: speaks, url, identityFile, profile: name, ...login, ...sign } }
      }
      case 'mqtt':
        return { address: url, device: { type: speaks, url: `${url}?profile=${name}`, ...login, ...sign } }
    }
  })

const wrong = (field: string, detail: string): Effect.Effect<never, AttachFailure> =>
  Effect.fail({ is: 'wrong', field, detail })

const refuseUnused = (given: AttachDevice, { speaks }: AttachProfile): Effect.Effect<void, AttachFailure> => {
  if (given.unit !== undefined && speaks !== 'modbus') return wrong('unit', 'only a Modbus device has a unit')
  const hasLogin = speaks === 'opcua' || speaks === 'mqtt'
  for (const field of ['user', 'passwordFile'] as const) {
    if (given[field] !== undefined && !hasLogin) return wrong(field, 'only OPC UA and MQTT have a login')
  }
  if ((given.user === undefined) !== (given.passwordFile === undefined)) {
    return wrong(given.user === undefined ? 'user' : 'passwordFile', 'user and passwordFile go together')
  }
  return Effect.void
}

type Login = { readonly login?: { readonly user: string; readonly password: string } }

const loginOf = ({ user, passwordFile }: AttachDevice): Effect.Effect<Login, AttachFailure> => {
  if (user === undefined || passwordFile === undefined) return Effect.succeed({})
  if (!isAbsolute(passwordFile))
    return wrong('passwordFile', `${passwordFile}: a path from the root, like /home/me/password`)
  return Effect.try({
    try: () => {
      // A pipe that nobody writes to would stop all of this process.
      if (!statSync(passwordFile).isFile()) throw new Error('it is no plain file')
      return { login: { user, password: textOf(passwordFile, PASSWORD_BYTES_MAX).replace(/\r?\n$/, '') } }
    },
    catch: (cause): AttachFailure => ({
      is: 'wrong',
      field: 'passwordFile',
      detail: `${passwordFile}: ${(cause as Error).message}`,
    }),
  })
}

/** What devices of a profile have where an address does not say it. */
const modbusDefaults = (profile: string): Effect.Effect<ModbusDefaults> =>
  profile === 'sunspec'
    ? Effect.succeed({})
    : Effect.map(Effect.orDie(loadProfile(profile)), (loaded) => ('transport' in loaded ? loaded.transport : {}))

const urlOf = (
  given: AttachDevice,
  { name, speaks }: AttachProfile,
  defaults: ModbusDefaults,
): Effect.Effect<string, AttachFailure> =>
  Effect.try({
    try: () => {
      const address = given.address.trim()
      switch (speaks) {
        case 'modbus':
          return modbusAddress(address, { unit: given.unit, defaults })
        case 'opcua':
          return parseOpcuaUrl(withScheme('opc.tcp://', address))
        case 'p1':
          return p1Address(address)
        case 'mqtt': {
          const url = withScheme('mqtt://', address)
          if (url.includes('?')) throw new Error(`"${address}": a broker and a topic, and no query behind it`)
          parseMqttUrl(`${url}?profile=${name}`)
          return url
        }
      }
    },
    catch: (cause): AttachFailure => ({ is: 'wrong', field: 'address', detail: (cause as Error).message }),
  })

const withScheme = (scheme: string, address: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `${scheme}${address}`

/** What the profile says is not written: port, unit, speed and parity of a serial line. */
function modbusAddress(
  address: string,
  { unit, defaults }: { readonly unit: number | undefined; readonly defaults: ModbusDefaults },
): string {
  const url = withScheme('tcp://', address)
  const parsed = parseModbusUrl(url, { ...defaults, unit: unit ?? defaults.unit })
  if (unit !== undefined && parsed.unit !== unit) throw new Error(`unit ${unit} and "${url}": name one unit`)
  return spelledModbusUrl(parsed)
}

function p1Address(address: string): string {
  const url = /^p1:/i.test(address)
    ? address
    : address.startsWith('/dev/')
      ? `p1:serial:${address}`
      : `p1:${withScheme('tcp://', address)}`
  if (parseP1Url(url).type === 'file') {
    throw new Error(`"${address}": a network address or a tty below /dev; meter run --p1 reads files`)
  }
  return url
}
