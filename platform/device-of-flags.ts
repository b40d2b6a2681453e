import { Effect, Option } from 'effect'
import {
  type DeviceAddress,
  type ModbusDevice,
  OPCUA_POLICIES,
  type OpcuaDevice,
  type OpcuaPolicy,
} from '#meter-agent/index.ts'
import type { MeterSign } from '#protocol/meter-sign.ts'
import { BadInput } from './bad-input.ts'
import { loginBy } from './login-by.ts'
import { p1DeviceOf } from './p1-flag.ts'

/** How a device was named on the command line; what was left out is none. */
export interface DeviceFlags {
  readonly address: Option.Option<string>
  readonly modbus: Option.Option<string>
  readonly base: Option.Option<number>
  readonly opcua: Option.Option<string>
  readonly p1: Option.Option<string>
  readonly mqtt: Option.Option<string>
  readonly user: Option.Option<string>
  readonly passwordFile: Option.Option<string>
  readonly userCertificate: Option.Option<string>
  readonly subscribeMs: Option.Option<number>
  readonly policy: Option.Option<string>
  readonly certificate: Option.Option<string>
  readonly identity: Option.Option<string>
  readonly profile: Option.Option<string>
  readonly sign: Option.Option<MeterSign>
}

/** The flags that not every device has a use for, as they are typed, and the devices that have. */
const flagsFor = {
  base: { name: 'base', for: ['modbus'] },
  user: { name: 'user', for: ['opcua', 'mqtt'] },
  passwordFile: { name: 'password-file', for: ['opcua', 'mqtt'] },
  userCertificate: { name: 'user-certificate', for: ['opcua'] },
  subscribeMs: { name: 'subscribe', for: ['opcua'] },
  policy: { name: 'policy', for: ['opcua'] },
  certificate: { name: 'certificate', for: ['opcua'] },
  identity: { name: 'identity', for: ['opcua'] },
  profile: { name: 'profile', for: ['modbus', 'opcua'] },
} as const

/** The device that the flags name. Fails with BadInput where they name none, or two, or do not go together. */
export const deviceOf = (flags: DeviceFlags): Effect.Effect<DeviceAddress, BadInput> =>
  Effect.gen(function* () {
    const urls = {
      modbus: Option.getOrUndefined(flags.modbus),
      opcua: Option.getOrUndefined(flags.opcua),
      p1: (yield* p1DeviceOf(flags))?.url,
      mqtt: Option.getOrUndefined(flags.mqtt),
    }
    const named = Object.entries(urls).flatMap(([type, url]) => (url === undefined ? [] : [{ type, url }]))
    const [device, other] = named as readonly { readonly type: DeviceAddress['type']; readonly url: string }[]
    if (device === undefined || other !== undefined) return yield* nameOne
    yield* refuseUnused(flags, device.type)
    const sign = Option.getOrUndefined(flags.sign)
    return { ...(yield* addressOf(flags, device)), ...(sign === undefined ? {} : { sign }) }
  })

const addressOf = (
  flags: DeviceFlags,
  { type, url }: { readonly type: DeviceAddress['type']; readonly url: string },
): Effect.Effect<DeviceAddress, BadInput> => {
  switch (type) {
    case 'modbus':
      return modbusDevice(flags, url)
    case 'opcua':
      return opcuaDevice(flags, url)
    case 'p1':
      return Effect.succeed({ type, url })
    case 'mqtt':
      return Effect.map(passwordLogin(flags), (login) => ({ type, url, ...(login === undefined ? {} : { login }) }))
  }
}

const nameOne = Effect.fail(
  new BadInput({ detail: 'name one device: either --modbus URL or --opcua URL or --p1 URL or --mqtt URL' }),
)

/** Refuses a flag that a device of the type has no use for. */
const refuseUnused = (flags: DeviceFlags, type: DeviceAddress['type']): Effect.Effect<void, BadInput> =>
  Effect.gen(function* () {
    for (const [field, { name, for: types }] of Object.entries(flagsFor)) {
      const given: Option.Option<unknown> = flags[field as keyof typeof flagsFor]
      if (Option.isNone(given) || types.some((each) => each === type)) continue
      const right = types.map((each) => `--${each}`).join(' and ')
      const there = type === 'mqtt' && name === 'profile' ? ': its address says it, with ?profile=NAME' : ''
      return yield* new BadInput({ detail: `--${name} goes with ${right}, not with --${type}${there}` })
    }
  })

const modbusDevice = (flags: DeviceFlags, url: string): Effect.Effect<ModbusDevice, BadInput> => {
  if (Option.isNone(flags.profile)) {
    return Effect.succeed({ type: 'modbus', url, bases: Option.toArray(flags.base) })
  }
  return Option.isSome(flags.base)
    ? Effect.fail(new BadInput({ detail: '--base is where SunSpec is looked for; with --profile there is none' }))
    : Effect.succeed({ type: 'modbus', url, profile: flags.profile.value })
}

const opcuaDevice = (flags: DeviceFlags, url: string): Effect.Effect<OpcuaDevice, BadInput> =>
  Effect.gen(function* () {
    const login = yield* opcuaLogin(flags)
    const policy = yield* policyOf(flags)
    const certificate = yield* certificateOf(flags)
    const profile = Option.getOrUndefined(flags.profile)
    const identityFile = Option.getOrUndefined(flags.identity)
    const subscribeMs = Option.getOrUndefined(flags.subscribeMs)
    return {
      type: 'opcua',
      url,
      ...(login === undefined ? {} : { login }),
      ...(policy === undefined ? {} : { policy }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(profile === undefined ? {} : { profile }),
      ...(identityFile === undefined ? {} : { identityFile }),
      ...(subscribeMs === undefined ? {} : { subscribeMs }),
    }
  })

const opcuaLogin = (flags: DeviceFlags): Effect.Effect<OpcuaDevice['login'], BadInput> =>
  Effect.gen(function* () {
    const userFile = Option.getOrUndefined(flags.userCertificate)
    if (userFile === undefined) return yield* passwordLogin(flags)
    if (Option.isNone(flags.user) && Option.isNone(flags.passwordFile)) return { userFile }
    return yield* new BadInput({ detail: '--user-certificate is a login of its own: leave out --user' })
  })

const passwordLogin = (flags: DeviceFlags) =>
  loginBy({ user: flags.user, passwordFile: flags.passwordFile, names: ['user', 'password-file'] })

const policyOf = (flags: DeviceFlags): Effect.Effect<OpcuaPolicy | undefined, BadInput> => {
  const policy = Option.getOrUndefined(flags.policy)
  const known = OPCUA_POLICIES.find((each) => each === policy)
  return policy === undefined || known !== undefined
    ? Effect.succeed(known)
    : Effect.fail(new BadInput({ detail: `--policy ${policy}: there are ${OPCUA_POLICIES.join(', ')}` }))
}

const certificateOf = (flags: DeviceFlags): Effect.Effect<string | undefined, BadInput> => {
  const certificate = Option.getOrUndefined(flags.certificate)
  return certificate === undefined || /^(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}$/i.test(certificate)
    ? Effect.succeed(certificate)
    : Effect.fail(
        new BadInput({ detail: `--certificate ${certificate}: a SHA-256 fingerprint has 64 hexadecimal digits` }),
      )
}
