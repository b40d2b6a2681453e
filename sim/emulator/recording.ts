import { basename } from 'node:path'
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

/** A text of a bounded length: a pattern that is matched against megabytes ends the process. */
const textLike = (pattern: RegExp, lengthMax: number, expected: string) =>
  Schema.String.check(
    Schema.makeFilter((text: string) => (text.length <= lengthMax && pattern.test(text) ? undefined : expected)),
  )
const WORDS_MAX = 65_536
const FRAME_DIGITS_MAX = 512
const TELEGRAM_MAX = 16_384
const Words = textLike(
  /^(?:[0-9a-fA-F]{4})+$/,
  4 * WORDS_MAX,
  `1 to ${WORDS_MAX} words of four hexadecimal digits each, such as "0001ffff"`,
)
const Request = textLike(
  /^[0-9a-fA-F]{2}0[34](?:[0-9a-fA-F]{2}){6}$/,
  16,
  'a request of function 3 or 4: 16 hexadecimal digits',
)
const Response = textLike(
  /^[0-9a-fA-F]{2}0[34](?:[0-9a-fA-F]{2}){5,}$/,
  FRAME_DIGITS_MAX,
  'the answer of function 3 or 4 with its checksum, in hexadecimal digits',
)
const Telegram = textLike(
  /^\/[\s\S]*\n![0-9A-Fa-f]{0,4}\s*$/,
  TELEGRAM_MAX,
  `a P1 telegram from its "/" to the line with its "!", at most ${TELEGRAM_MAX} characters`,
)

const Range = Schema.Struct({ address: Address, hex: Words })
const Table = Schema.Literals(['holding', 'input'])
const some = <S extends Schema.Top>(one: S) => Schema.NonEmptyArray(one).annotate({ message: 'a list of one or more' })

const Named = Schema.Struct({ name: Schema.String })
const TelegramFile = Schema.Struct({ telegram: Telegram })
const about = { unit_id: Schema.optionalKey(Unit), function: Schema.optionalKey(Table) }
const ImageFile = Schema.Struct({ ...about, base: Schema.optionalKey(Address), registers: some(Range) })
const FramesFile = Schema.Struct({ ...about, frames: some(Range) })
/** Requests and answers as they were on a serial line. */
const ExchangeFile = Schema.Struct({ expected: some(Schema.Struct({ request: Request, response: Response })) })

const DEFAULT_UNIT = 1
const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** The recorded device of a file. */
export const loadRecording = (file: string): Effect.Effect<Recording, RecordingRefused> =>
  Effect.try({
    try: () => {
      const text = textIn(file)
      // As `cat` of a P1 port writes it; an editor may have taken the carriage returns, which its checksum covers.
      const telegram = text.includes('\r\n') ? text : text.replaceAll('\n', '\r\n')
      return recordingOf(file, text.startsWith('/') ? { name: basename(file), telegram } : jsonOf(file, text))
    },
    catch: (cause) => {
      if (cause instanceof RecordingRefused) return cause
      throw cause
    },
  })

/** All registers of all units, in hexadecimal, with room for words. */
const RECORDING_BYTES_MAX = 100 * 1_048_576

function textIn(file: string): string {
  try {
    return textOf(file, RECORDING_BYTES_MAX)
  } catch (error) {
    const { message } = error as Error
    throw new RecordingRefused({ file, field: '', value: message, expected: 'a JSON file that can be read' })
  }
}

function jsonOf(file: string, text: string): object {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    const expected = 'a JSON file that can be read, or a P1 telegram, which begins with "/"'
    throw new RecordingRefused({ file, field: '', value: (error as Error).message, expected })
  }
  if (typeof json === 'object' && json !== null) return json
  throw new RecordingRefused({ file, field: '', value: String(json).slice(0, 80), expected: 'a JSON object' })
}

/** What the schema says in words of its own. */
const WORDING: Readonly<Record<string, string>> = { 'Missing key': 'a value' }

function recordingOf(file: string, json: object): Recording {
  const take = <T>(schema: Schema.Decoder<T>): T => {
    const decoded = Schema.decodeUnknownResult(schema)(json)
    if (Result.isSuccess(decoded)) return decoded.success
    const [issue] = formatIssue(decoded.failure.issue).issues
    const path = (issue?.path ?? []) as readonly PropertyKey[]
    const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], json)
    const said = issue?.message ?? 'another value'
    const expected = WORDING[said] ?? said.replace(/^Expected /, '')
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
