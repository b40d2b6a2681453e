import { Data, Effect, Result, Schema } from 'effect'
import { canonicalBytes, canonicalJson } from '#protocol/canonical-json.ts'
import { keccak } from '#protocol/signing.ts'
import { gridOf } from './device-snapshot.ts'
import type { NodeValue } from './drivers/opcua-line.ts'
import { BadMqttMessage } from './mqtt/bad-message.ts'
import { mqttSample } from './mqtt/mqtt-sample.ts'
import { BadTelegram } from './p1/bad-telegram.ts'
import { readTelegram, type Telegram } from './p1/telegram.ts'
import type { BadProfile } from './profiles/bad-profile.ts'
import { loadModbusProfile } from './profiles/load-modbus-profile.ts'
import { loadMqttProfile } from './profiles/load-mqtt-profile.ts'
import type { ModbusProfile } from './profiles/modbus-profile.ts'
import type { MqttProfile } from './profiles/mqtt-profile.ts'
import { loadOpcuaProfile, type OpcuaProfile, profileHash as opcuaProfileHash } from './profiles/opcua-profile.ts'
import { profileHash, profileSample } from './profiles/profile-sample.ts'
import { countedValue, scaledValue } from './profiles/scaled-value.ts'
import { readableSample } from './readable-sample.ts'
import type { MeterSample } from './settlement-meter.ts'
import { decodeModel } from './sunspec/decode-model.ts'
import { type ModelDefinition, modelDefinitions } from './sunspec/models.ts'
import { type MeterTurn, turnedHash, turnedSample } from './turned-sample.ts'

/** Kept registers cannot be read: no canonical JSON of this shape, or a model that nobody defined. */
export class BadRegisters extends Data.TaggedError('BadRegisters')<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

const NodeText = Schema.Struct({
  status: Schema.Literals(['good', 'bad', 'absent']),
  value: Schema.NullOr(Schema.String),
  sourceTimeMs: Schema.NullOr(Schema.Finite),
})
type NodeText = typeof NodeText.Type

/** Registers as four hexadecimal digits each. */
const Words = Schema.String.check(Schema.isPattern(/^([0-9a-f]{4})*$/))

/** how it is taken where that is the other way round */
const sign = Schema.optionalKey(Schema.Literals(['turned', 'power-turned']))

/** What a meter answered, as it came over the line. */
const Registers = Schema.Union([
  /** `words`: each register as four hexadecimal digits, from the model's id on, which stands at `address` */
  Schema.Struct({
    protocol: Schema.Literal('modbus'),
    unit: Schema.Int,
    address: Schema.Int,
    model: Schema.Int,
    words: Words,
    sign,
  }),
  /** what a profile's grid role was read from, as it came over the line */
  Schema.Struct({
    protocol: Schema.Literal('modbus-profile'),
    profile: Schema.String,
    unit: Schema.Int,
    blocks: Schema.Array(
      Schema.Struct({ table: Schema.Literals(['holding', 'input']), address: Schema.Int, words: Words }),
    ),
    sign,
  }),
  /** the nodes of a profile's grid role; numbers as the shortest decimal that stands for them, texts in quotes */
  Schema.Struct({
    protocol: Schema.Literal('opcua'),
    profile: Schema.String,
    importWh: NodeText,
    exportWh: NodeText,
    powerW: NodeText,
    sign,
  }),
  /** a telegram as it came, one character a byte */
  Schema.Struct({ protocol: Schema.Literal('p1'), telegram: Schema.String, sign }),
  /** the payloads that made a sample, each by the name that its profile has for it, and the device's topic */
  Schema.Struct({
    protocol: Schema.Literal('mqtt'),
    profile: Schema.String,
    device: Schema.String,
    messages: Schema.Array(Schema.Struct({ message: Schema.String, payload: Schema.String })),
    sign,
  }),
])
export type Registers = typeof Registers.Type
const readRegisters = Schema.decodeUnknownResult(Registers)

/** What a meter's answer means, and how that was found out: `profileHash` of the reading. */
export interface DecodedRegisters {
  readonly sample: MeterSample
  readonly profileHash: `0x${string}`
}

/** The one spelling of a meter's answer: what is kept, and what `registersHash` of a reading is the hash of. */
export const registersText = (registers: Registers): string => canonicalJson(registers as never)

/** Kept registers of a meter that is taken the other way round. */
export const turnedRegisters = (text: string, turn: MeterTurn): string =>
  canonicalJson({ ...JSON.parse(text), sign: turn })

/** keccak256 of kept registers. */
export const registersHash = (text: string): `0x${string}` => keccak(text)

/** The character code of the lowest four bits' digit. */
const digitCode = (bits: number): number => ((bits & 15) < 10 ? 48 : 87) + (bits & 15)
const ascii = new TextDecoder()

/** The words of a model as they are kept. Written as bytes: a text put together from pieces costs its hash four times as much. */
export function wordsText(words: readonly number[]): string {
  const text = new Uint8Array(4 * words.length)
  let at = 0
  for (const word of words) {
    text[at++] = digitCode(word >> 12)
    text[at++] = digitCode(word >> 8)
    text[at++] = digitCode(word >> 4)
    text[at++] = digitCode(word)
  }
  return ascii.decode(text)
}

const wordsOf = (text: string): readonly number[] =>
  (text.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16))

/** A node's answer as it is kept. */
export const nodeText = ({ status, value, sourceTimeMs }: NodeValue): NodeText => ({
  status,
  value: value === null ? null : typeof value === 'number' ? String(value) : JSON.stringify(value),
  sourceTimeMs,
})

/** Decodes kept registers again, as they were decoded when they were read. */
export const decodeRegisters = (text: string): Effect.Effect<DecodedRegisters, BadRegisters | BadProfile> =>
  Effect.gen(function* () {
    const json = yield* Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: () => new BadRegisters({ detail: 'the registers are not JSON' }),
    })
    const read = readRegisters(json)
    if (Result.isFailure(read)) return yield* new BadRegisters({ detail: `the registers: ${read.failure.message}` })
    const { sign: turn } = read.success
    const { sample, profileHash } = yield* decodeAsIs(read.success)
    if (turn === undefined) return { sample, profileHash }
    return { sample: turnedSample(sample, turn), profileHash: turnedHash(profileHash, turn) }
  })

const decodeAsIs = (registers: Registers): Effect.Effect<DecodedRegisters, BadRegisters | BadProfile> => {
  switch (registers.protocol) {
    case 'modbus':
      return decodeModbus(registers)
    case 'modbus-profile':
      return Effect.map(loadModbusProfile(registers.profile), (profile) => decodeProfiled(registers, profile))
    case 'opcua':
      return Effect.map(loadOpcuaProfile(registers.profile), (profile) => decodeOpcua(registers, profile))
    case 'p1':
      return decodeP1(registers)
    case 'mqtt':
      return Effect.flatMap(loadMqttProfile(registers.profile), (profile) => decodeMqtt(registers, profile))
  }
}

/** The settlement meter's sample in the words of its model. */
export function sampleOf(definition: ModelDefinition, read: Parameters<typeof decodeModel>[1]): MeterSample {
  const { powerW, importWh, exportWh } = gridOf(definition.id, decodeModel(definition, read))
  return readableSample({ powerW: powerW.value, importWh: importWh.value, exportWh: exportWh.value })
}

/** Stands in every reading for the register map that it was decoded with. */
export function sunspecProfileHash({ id, points }: ModelDefinition): `0x${string}` {
  const map = points.map(({ name, offset, type }) => [name, offset, type])
  return keccak(canonicalBytes({ profile: 'sunspec', model: id, points: map }))
}

/** Stands in every reading for the objects that a telegram's counters were made of. */
export function p1ProfileHash({ counters }: Telegram): `0x${string}` {
  return keccak(canonicalBytes({ profile: 'p1', counters: [...counters] }))
}

/** The sample that the nodes of a profile's grid role make. */
export function opcuaSample(
  { grid }: OpcuaProfile,
  said: { readonly importWh: NodeValue; readonly exportWh: NodeValue; readonly powerW: NodeValue },
): MeterSample {
  return readableSample({
    importWh: countedValue(grid.importWh, said.importWh),
    exportWh: countedValue(grid.exportWh, said.exportWh),
    powerW: scaledValue(grid.powerW, said.powerW),
  })
}

const decodeModbus = (registers: Extract<Registers, { readonly protocol: 'modbus' }>) =>
  Effect.suspend(() => {
    const words = wordsOf(registers.words)
    const definition = modelDefinitions.get(registers.model)
    if (definition === undefined || words[0] !== registers.model) {
      return new BadRegisters({ detail: `the registers are not of a model ${registers.model} that is known` })
    }
    // A meter with scale factors fits one request.
    const sample = sampleOf(definition, { words, blockOf: () => 0 })
    return Effect.succeed({ sample, profileHash: sunspecProfileHash(definition) })
  })

function decodeProfiled(
  registers: Extract<Registers, { readonly protocol: 'modbus-profile' }>,
  profile: ModbusProfile,
): DecodedRegisters {
  const blocks = registers.blocks.map((block) => ({ ...block, words: wordsOf(block.words) }))
  return { sample: profileSample(profile, blocks), profileHash: profileHash(profile) }
}

function decodeOpcua(
  registers: Extract<Registers, { readonly protocol: 'opcua' }>,
  profile: OpcuaProfile,
): DecodedRegisters {
  const said = ({ status, value, sourceTimeMs }: NodeText): NodeValue => ({
    status,
    value: value === null || Number.isNaN(Number(value)) ? null : Number(value),
    sourceTimeMs,
  })
  const { importWh, exportWh, powerW } = registers
  const nodes = { importWh: said(importWh), exportWh: said(exportWh), powerW: said(powerW) }
  return { sample: opcuaSample(profile, nodes), profileHash: opcuaProfileHash(profile) }
}

const decodeP1 = ({ telegram: text }: Extract<Registers, { readonly protocol: 'p1' }>) =>
  Effect.try({
    try: () => {
      const telegram = readTelegram(text)
      const { importWh, exportWh, powerW } = telegram
      return { sample: { importWh, exportWh, powerW }, profileHash: p1ProfileHash(telegram) }
    },
    catch: (cause) => {
      if (cause instanceof BadTelegram) return new BadRegisters({ detail: `the registers: ${cause.message}` })
      throw cause
    },
  })

const decodeMqtt = (registers: Extract<Registers, { readonly protocol: 'mqtt' }>, profile: MqttProfile) =>
  Effect.try({
    try: () => ({ sample: mqttSample(profile, registers), profileHash: profileHash(profile) }),
    catch: (cause) => {
      if (cause instanceof BadMqttMessage) return new BadRegisters({ detail: `the registers: ${cause.message}` })
      throw cause
    },
  })
