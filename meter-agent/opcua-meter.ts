import { Effect, type Scope } from 'effect'
import type { OpcuaDevice } from './device-address.ts'
import type { CertificateTrust, NodeValue, OpcuaLine } from './drivers/opcua-line.ts'
import { openOpcua } from './drivers/open-opcua.ts'
import { NoGridMeter } from './meter-error.ts'
import { type BadOpcuaUrl, opcuaUrl } from './opcua-url.ts'
import { opcuaWitness, witnessPoints } from './opcua-witness.ts'
import type { BadProfile } from './profiles/bad-profile.ts'
import { DEFAULT_OPCUA_PROFILE, loadOpcuaProfile, nodeAddress, profileHash } from './profiles/opcua-profile.ts'
import { nodeText, opcuaSample, registersText } from './registers.ts'
import type { SettlementMeter } from './settlement-meter.ts'

/** A line to an OPC UA device, with the certificate that it was given to trust before any that was kept. */
export const openOpcuaLine = <E>(
  device: OpcuaDevice,
  options: { readonly timeoutMs: number; readonly trust: CertificateTrust<E> },
): Effect.Effect<OpcuaLine<E>, BadOpcuaUrl, Scope.Scope> =>
  Effect.gen(function* () {
    const { login, policy, certificate, identityFile } = device
    return yield* openOpcua({
      url: yield* opcuaUrl(device.url),
      policy: policy ?? 'Basic256Sha256',
      login: login ?? null,
      trust:
        certificate === undefined
          ? options.trust
          : { ...options.trust, trusted: Effect.succeed(certificate.toLowerCase().replaceAll(':', '')) },
      identityFile: identityFile ?? null,
      timeoutMs: options.timeoutMs,
    })
  })

/** The profile that a device is read with. */
export const profileOf = (device: OpcuaDevice) => loadOpcuaProfile(device.profile ?? DEFAULT_OPCUA_PROFILE)

/** The settlement meter of an OPC UA device: the nodes of its profile's grid role. */
export const openOpcuaMeter = <E>(
  device: OpcuaDevice,
  options: { readonly timeoutMs: number; readonly trust: CertificateTrust<E> },
): Effect.Effect<SettlementMeter<E>, BadOpcuaUrl | BadProfile, Scope.Scope> =>
  Effect.gen(function* () {
    const profile = yield* profileOf(device)
    const line = yield* openOpcuaLine(device, options)
    const { importWh, exportWh, powerW } = profile.grid
    const counted = [importWh, exportWh, powerW].map(({ node }) => node)
    const witnesses = witnessPoints(profile).map(({ node }) => node)
    const nodes = [...counted, ...witnesses].map(nodeAddress)
    const absent: NodeValue = { status: 'absent', value: null, sourceTimeMs: null }

    const { subscribeMs } = device
    const say = subscribeMs === undefined ? line.read(nodes) : line.watch(nodes, subscribeMs)
    const readNodes = Effect.gen(function* () {
      const [imported = absent, exported = absent, power = absent, ...others] = yield* say
      if (imported.status === 'absent' || exported.status === 'absent') {
        const missing = imported.status === 'absent' ? importWh : exportWh
        const detail = `it has no node ${missing.node}, which the profile ${profile.profile} counts with`
        return yield* new NoGridMeter({ device: device.url, detail })
      }
      const said = new Map(witnesses.map((node, i) => [node, others[i] ?? absent]))
      return { imported, exported, power, witness: opcuaWitness(profile, said) }
    })
    return {
      connect: Effect.asVoid(line.connect),
      identify: Effect.as(readNodes, profileHash(profile)),
      read: Effect.map(readNodes, ({ imported, exported, power, witness }) => {
        const times = new Set([imported.sourceTimeMs, exported.sourceTimeMs])
        return {
          sample: opcuaSample(profile, { importWh: imported, exportWh: exported, powerW: power }),
          witness,
          registers: registersText({
            protocol: 'opcua',
            profile: device.profile ?? DEFAULT_OPCUA_PROFILE,
            importWh: nodeText(imported),
            exportWh: nodeText(exported),
            powerW: nodeText(power),
          }),
          sourceTimeMs: times.size === 1 ? imported.sourceTimeMs : null,
          origin: subscribeMs === undefined ? 'asked' : 'sent',
        }
      }),
    }
  })
