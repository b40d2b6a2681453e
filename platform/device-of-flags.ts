import { Effect, Option } from 'effect'
import {
  type DeviceAddress,
  OPCUA_POLICIES,
  type OpcuaDevice,
  type OpcuaPolicy,
  type P1Device,
} from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'
import { p1DeviceOf } from './p1-flag.ts'
import { textOf } from './text-file.ts'

/** How a device was named on the command line; what was left out is none. */
export interface DeviceFlags {
  readonly address: Option.Option<string>
  readonly modbus: Option.Option<string>
  readonly base: Option.Option<number>
  readonly opcua: Option.Option<string>
  readonly p1: Option.Option<string>
  readonly user: Option.Option<string>
  readonly passwordFile: Option.Option<string>
  readonly userCertificate: Option.Option<string>
  readonly subscribeMs: Option.Option<number>
  readonly policy: Option.Option<string>
  readonly certificate: Option.Option<string>
  readonly identity: Option.Option<string>
  readonly profile: Option.Option<string>
}

/** The flags that only an OPC UA server has a use for, as they are typed. */
const opcuaFlags = {
  user: 'user',
  passwordFile: 'password-file',
  userCertificate: 'user-certificate',
  subscribeMs: 'subscribe',
  policy: 'policy',
  certificate: 'certificate',
  identity: 'identity',
} as const

/** The device that the flags name. Fails with BadInput where they name none, or two, or do not go together. */
export const deviceOf = (flags: DeviceFlags): Effect.Effect<DeviceAddress, BadInput> =>
  Effect.gen(function* () {
    const modbus = Option.getOrUndefined(flags.modbus)
    const opcua = Option.getOrUndefined(flags.opcua)
    const p1 = yield* p1DeviceOf(flags)
    if (opcua === undefined) return yield* withoutLogin(flags, modbus, p1)
    if (modbus !== undefined || p1 !== undefined) return yield* nameOne
    if (Option.isSome(flags.base)) {
      return yield* new BadInput({ detail: '--base goes with --modbus, not with --opcua' })
    }
    const login = yield* loginOf(flags)
    const policy = yield* policyOf(flags)
    const certificate = yield* certificateOf(flags)
    const profile = Option.getOrUndefined(flags.profile)
    const identityFile = Option.getOrUndefined(flags.identity)
    const subscribeMs = Option.getOrUndefined(flags.subscribeMs)
    return {
      type: 'opcua',
      url: opcua,
      ...(login === undefined ? {} : { login }),
      ...(policy === undefined ? {} : { policy }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(profile === undefined ? {} : { profile }),
      ...(identityFile === undefined ? {} : { identityFile }),
      ...(subscribeMs === undefined ? {} : { subscribeMs }),
    }
  })

const nameOne = Effect.fail(new BadInput({ detail: 'name one device: either --modbus URL or --opcua URL or --p1 URL' }))

/** A device that is no OPC UA server, and was given nothing that only such a one has a use for. */
const withoutLogin = (
  flags: DeviceFlags,
  modbus: string | undefined,
  p1: P1Device | undefined,
): Effect.Effect<DeviceAddress, BadInput> =>
  Effect.gen(function* () {
    if ((modbus === undefined) === (p1 === undefined)) return yield* nameOne
    const type = modbus === undefined ? 'p1' : 'modbus'
    for (const [field, name] of Object.entries(opcuaFlags)) {
      const given: Option.Option<unknown> = flags[field as keyof typeof opcuaFlags]
      if (Option.isNone(given)) continue
      return yield* new BadInput({ detail: `--${name} goes with --opcua, not with --${type}` })
    }
    if (p1 !== undefined) {
      if (Option.isSome(flags.base)) {
        return yield* new BadInput({ detail: '--base goes with --modbus, not with --p1' })
      }
      if (Option.isSome(flags.profile)) {
        return yield* new BadInput({ detail: '--profile goes with --modbus and --opcua, not with --p1' })
      }
      return p1
    }
    const url = modbus ?? ''
    if (Option.isNone(flags.profile)) return { type: 'modbus', url, bases: Option.toArray(flags.base) }
    if (Option.isSome(flags.base)) {
      return yield* new BadInput({ detail: '--base is where SunSpec is looked for; with --profile there is none' })
    }
    return { type: 'modbus', url, profile: flags.profile.value }
  })

const PASSWORD_BYTES_MAX = 65_536

const loginOf = (flags: DeviceFlags): Effect.Effect<OpcuaDevice['login'], BadInput> =>
  Effect.gen(function* () {
    const user = Option.getOrUndefined(flags.user)
    const file = Option.getOrUndefined(flags.passwordFile)
    const userFile = Option.getOrUndefined(flags.userCertificate)
    if (userFile !== undefined) {
      if (user === undefined && file === undefined) return { userFile }
      return yield* new BadInput({ detail: '--user-certificate is a login of its own: leave out --user' })
    }
    if (user === undefined && file === undefined) return undefined
    if (user === undefined || file === undefined) {
      return yield* new BadInput({ detail: '--user and --password-file go together: name both, or neither' })
    }
    const text = yield* Effect.try({
      try: () => textOf(file, PASSWORD_BYTES_MAX),
      catch: (cause) => new BadInput({ detail: `--password-file ${file}: ${(cause as Error).message}` }),
    })
    return { user, password: text.replace(/\r?\n$/, '') }
  })

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
