import { Effect, Result, Schema } from 'effect'
import { canonicalBytes } from '#protocol/canonical-json.ts'
import { keccak } from '#protocol/signing.ts'
import type { NodeAddress } from '../drivers/opcua-line.ts'
import { BadProfile, readBySchema } from './bad-profile.ts'
import commonwattHome from './commonwatt-home.opcua.json' with { type: 'json' }
import { isPath, readProfileFile } from './profile-file.ts'

/** `nsu=URI;s=…`: a NodeId that holds on every server (OPC UA part 6, 5.3.1.11). */
const NODE_PATTERN = /^nsu=([^;\s]+);((?:s=.+)|(?:i=\d{1,10})|(?:g=[0-9a-fA-F-]{36})|(?:b=[0-9A-Za-z+/]+={0,2}))$/

const Node = Schema.String.check(
  Schema.isPattern(NODE_PATTERN, {
    message: 'a node like "nsu=urn:maker:device;s=Grid.PowerW" (or i=, g=, b=)',
  }),
)

/** The units that a device may show a quantity in, and what makes the role's own unit of one. */
const UNITS = { W: 1, kW: 1_000, Wh: 1, kWh: 1_000, V: 1, A: 1, Hz: 1, percent: 1, ratio: 100 } as const

const point = (...units: readonly (keyof typeof UNITS)[]) => Schema.Struct({ node: Node, unit: Schema.Literals(units) })

/** `turned`: the device counts the other way round than INTERFACES does (production of a roof as positive …). */
const SignedPower = Schema.Struct({
  node: Node,
  unit: Schema.Literals(['W', 'kW']),
  sign: Schema.Literals(['as-is', 'turned']),
})

/** How a device family spells what a home's roles measure: which node, in which unit, with which sign. */
const OpcuaProfileJson = Schema.Struct({
  profile: Schema.String.check(Schema.isPattern(/^[a-z0-9-]{1,64}$/, { message: 'a–z, 0–9 and hyphens' })),
  device: Schema.Struct({
    manufacturer: Schema.optionalKey(Node),
    model: Schema.optionalKey(Node),
    serial: Schema.optionalKey(Node),
    firmware: Schema.optionalKey(Node),
  }),
  grid: Schema.Struct({
    powerW: SignedPower,
    importWh: point('Wh', 'kWh'),
    exportWh: point('Wh', 'kWh'),
    voltageV: Schema.Array(point('V')),
    currentA: Schema.Array(point('A')),
    frequencyHz: Schema.optionalKey(point('Hz')),
  }),
  pv: Schema.optionalKey(Schema.Struct({ powerW: SignedPower, exportWh: point('Wh', 'kWh') })),
  battery: Schema.optionalKey(Schema.Struct({ powerW: SignedPower, soc: point('percent', 'ratio') })),
})
export type OpcuaProfile = typeof OpcuaProfileJson.Type

/** One point of a profile. */
export interface ProfilePoint {
  readonly node: string
  readonly unit: keyof typeof UNITS
  /** as it is, if left out */
  readonly sign?: 'as-is' | 'turned'
}

/** What a device's number is multiplied by to have the role's unit and sign. */
export const scaleOf = (point: ProfilePoint): number => (point.sign === 'turned' ? -1 : 1) * UNITS[point.unit]

/** The address of a point's node. */
export function nodeAddress(node: string): NodeAddress {
  const [, namespaceUri, identifier] = NODE_PATTERN.exec(node) ?? []
  if (namespaceUri === undefined || identifier === undefined) throw new RangeError(`no node: ${node}`)
  return { namespaceUri, identifier }
}

/** Stands in every reading for the profile that it was decoded with. */
export const profileHash = (profile: OpcuaProfile): `0x${string}` => keccak(canonicalBytes(profile))

export const DEFAULT_OPCUA_PROFILE = 'commonwatt-home'
const BUILT_IN: Readonly<Record<string, unknown>> = { [DEFAULT_OPCUA_PROFILE]: commonwattHome }

/** A profile from its JSON. `name` is what refusals call it. */
export const decodeOpcuaProfile = (name: string, json: unknown): Effect.Effect<OpcuaProfile, BadProfile> => {
  const decoded = readBySchema(OpcuaProfileJson, { name, json })
  return Result.isSuccess(decoded) ? Effect.succeed(decoded.success) : Effect.fail(decoded.failure[0])
}

/** The built-in profile of a name, or the one in a JSON file (where the name has a dot or a slash). */
export const loadOpcuaProfile = (nameOrFile: string): Effect.Effect<OpcuaProfile, BadProfile> => {
  if (isPath(nameOrFile)) {
    return Effect.flatMap(readProfileFile(nameOrFile), (json) => decodeOpcuaProfile(nameOrFile, json))
  }
  if (Object.hasOwn(BUILT_IN, nameOrFile)) return decodeOpcuaProfile(nameOrFile, BUILT_IN[nameOrFile])
  const expected = `a built-in one (${Object.keys(BUILT_IN).join(', ')}) or the path of a JSON file`
  return Effect.fail(new BadProfile({ profile: nameOrFile, field: '', value: 'an unknown name', expected }))
}
