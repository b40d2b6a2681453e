import { Effect, Result, Schema, SchemaIssue } from 'effect'
import { textOf } from '../text-file.ts'
import { RecordingRefused } from './recording-refused.ts'

/** The recorded registers of one unit, by address. */
export interface RecordedUnit {
  readonly holding: ReadonlyMap<number, number>
  readonly input: ReadonlyMap<number, number>
}

/** A device as somebody recorded it: its registers, or a telegram of its P1 port. */
export type Recording =
  | {
      readonly type: 'modbus'
      readonly name: string
      readonly units: ReadonlyMap<number, RecordedUnit>
      /** where its SunSpec mark stands, null if it has none */
      readonly base: number | null
    }
  | { readonly type: 'p1'; readonly name: string; readonly telegram: string }

const Address = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const Unit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 247 }))
const Words = Schema.String.check(Schema.isPattern(/^([0-9a-fA-F]{4})+$/))
const Range = Schema.Struct({ address: Address, hex: Words })
const Table = Schema.Literals(['holding', 'input'])

const Named = Schema.Struct({ name: Schema.String })
const TelegramFile = Schema.Struct({ telegram: Schema.String.check(Schema.isPattern(/^\//)) })
const about = { unit_id: Schema.optionalKey(Unit), function: Schema.optionalKey(Table) }
const ImageFile = Schema.Struct({ ...about, base: Schema.optionalKey(Address), registers: Schema.Array(Range) })
const FramesFile = Schema.Struct({ ...about, frames: Schema.Array(Range) })
/** Requests and answers as they were on a serial line. */
const ExchangeFile = Schema.Struct({
  expected: Schema.Array(
    Schema.Struct({
      request: Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{2}0[34]([0-9a-fA-F]{2}){6}$/)),
      response: Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{2}0[34]([0-9a-fA-F]{2}){5,}$/)),
    }),
  ),
})

const DEFAULT_UNIT = 1
const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** The recorded device of a file. */
export const loadRecording = (file: string): Effect.Effect<Recording, RecordingRefused> =>
  Effect.try({
    try: () => recordingOf(file, jsonOf(file)),
    catch: (cause) => {
      if (cause instanceof RecordingRefused) return cause
      throw cause
    },
  })

/** All registers of all units, in hexadecimal, with room for words. */
const RECORDING_BYTES_MAX = 100 * 1_048_576

function jsonOf(file: string): object {
  const refuse = (value: string, expected: string) => new RecordingRefused({ file, field: '', value, expected })
  let json: unknown
  try {
    json = JSON.parse(textOf(file, RECORDING_BYTES_MAX))
  } catch (error) {
    throw refuse((error as Error).message, 'a JSON file that can be read')
  }
  if (typeof json === 'object' && json !== null) return json
  throw refuse(String(json), 'a JSON object')
}

function recordingOf(file: string, json: object): Recording {
  const take = <T>(schema: Schema.Decoder<T>): T => {
    const decoded = Schema.decodeUnknownResult(schema)(json)
    if (Result.isSuccess(decoded)) return decoded.success
    const [issue] = formatIssue(decoded.failure.issue).issues
    const path = (issue?.path ?? []) as readonly PropertyKey[]
    const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], json)
    const expected = (issue?.message ?? 'another value').replace(/^Expected /, '')
    const shown = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
    throw new RecordingRefused({ file, field: path.join('.'), value: shown, expected })
  }
  const { name } = take(Named)
  if ('telegram' in json) return { type: 'p1', name, telegram: take(TelegramFile).telegram }
  if ('registers' in json) {
    const { registers, base = null, ...image } = take(ImageFile)
    return { type: 'modbus', name, base, units: unitOf(file, 'registers', image, registers) }
  }
  if ('frames' in json) {
    const { frames, ...image } = take(FramesFile)
    return { type: 'modbus', name, base: null, units: unitOf(file, 'frames', image, frames) }
  }
  if ('expected' in json) return { type: 'modbus', name, base: null, units: unitsOf(file, take(ExchangeFile).expected) }
  const expected = 'registers, frames, requests with their responses, or a telegram'
  throw new RecordingRefused({ file, field: '', value: `only ${Object.keys(json).join(', ')}`, expected })
}

function unitOf(
  file: string,
  field: string,
  image: { readonly unit_id?: number; readonly function?: 'holding' | 'input' },
  ranges: readonly (typeof Range.Type)[],
): ReadonlyMap<number, RecordedUnit> {
  const words = new Map<number, number>()
  for (const [index, { address, hex }] of ranges.entries()) {
    if (address + hex.length / 4 > 65_536) {
      const place = `${field}.${index}.hex`
      throw new RecordingRefused({
        file,
        field: place,
        value: `${hex.length / 4} words`,
        expected: 'none past register 65535',
      })
    }
    for (const [i, word] of wordsOf(hex).entries()) words.set(address + i, word)
  }
  const none: ReadonlyMap<number, number> = new Map()
  const unit = image.function === 'input' ? { holding: none, input: words } : { holding: words, input: none }
  return new Map([[image.unit_id ?? DEFAULT_UNIT, unit]])
}

/** What each unit of a serial line answered; of two answers to one request the later. */
function unitsOf(file: string, exchanges: (typeof ExchangeFile.Type)['expected']): ReadonlyMap<number, RecordedUnit> {
  const units = new Map<number, { holding: Map<number, number>; input: Map<number, number> }>()
  for (const [index, { request, response }] of exchanges.entries()) {
    const asked = Buffer.from(request, 'hex')
    const words = wordsOf(response.slice(6, -4))
    if (request.slice(0, 4) !== response.slice(0, 4) || words.length !== asked.readUInt16BE(4)) {
      const expected = `an answer of ${asked.readUInt16BE(4)} registers to ${request}`
      throw new RecordingRefused({ file, field: `expected.${index}.response`, value: response, expected })
    }
    const [number = 0, code] = asked
    const unit = units.get(number) ?? { holding: new Map(), input: new Map() }
    units.set(number, unit)
    for (const [i, word] of words.entries()) unit[code === 3 ? 'holding' : 'input'].set(asked.readUInt16BE(2) + i, word)
  }
  return units
}

const wordsOf = (hex: string): readonly number[] => (hex.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16))
