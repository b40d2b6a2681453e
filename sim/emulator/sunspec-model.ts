import models from './sunspec-models.json' with { type: 'json' }

/** Models that an emulated home may have. */
export type ModelId = 1 | 101 | 103 | 203 | 802

/** Values by point name: whole numbers as they stand in the register, or a text. */
export type PointValues = Readonly<Record<string, number | string>>

interface Point {
  readonly name: string
  readonly type: string
  readonly words: number
}

/** What a register of each type holds when the device has no such value (SunSpec, Device Information Model). */
const NOT_IMPLEMENTED: Readonly<Record<string, number>> = {
  int16: 0x8000,
  uint16: 0xffff,
  enum16: 0xffff,
  sunssf: 0x8000,
  pad: 0x8000,
  uint32: 0xffffffff,
  bitfield32: 0xffffffff,
  acc32: 0,
  string: 0,
}
const WORDS_OF_32_BIT_TYPES: Readonly<Record<string, number>> = { uint32: 2, bitfield32: 2, acc32: 2 }

function pointsOf(id: ModelId): readonly Point[] {
  return models[id].map((line) => {
    const [name = '', spelled = ''] = line.split(' ')
    const text = /^string(\d+)$/.exec(spelled)
    if (text !== null) return { name, type: 'string', words: Number(text[1]) }
    return { name, type: spelled, words: WORDS_OF_32_BIT_TYPES[spelled] ?? 1 }
  })
}

const layouts: Readonly<Record<ModelId, readonly Point[]>> = {
  1: pointsOf(1),
  101: pointsOf(101),
  103: pointsOf(103),
  203: pointsOf(203),
  802: pointsOf(802),
}

/**
 * The registers of one model: id, length, points in order; what `values` does not name carries the sentinel of its
 * type. Accumulators wrap at 32 bits. Throws RangeError on a point that the model lacks or a value beyond its type.
 */
export function modelRegisters(id: ModelId, values: PointValues): number[] {
  const layout = layouts[id]
  const unknown = Object.keys(values).find((name) => !layout.some((point) => point.name === name))
  if (unknown !== undefined) throw new RangeError(`SunSpec model ${id} has no point ${unknown}`)
  const registers = layout.flatMap((point) => pointRegisters(point, values[point.name]))
  return [id, registers.length, ...registers]
}

function pointRegisters(point: Point, value: number | string | undefined): number[] {
  if (point.type === 'string') return textRegisters(point, String(value ?? ''))
  if (value === undefined) return wordsOf(NOT_IMPLEMENTED[point.type] ?? 0, point.words)
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${point.name} is a whole number, not ${value}`)
  if (point.type === 'acc32') return wordsOf(number % 2 ** 32, 2)
  const [low, high] = rangeOf(point)
  if (number < low || number > high) throw new RangeError(`${point.name} is ${low} to ${high}, not ${number}`)
  return wordsOf(number, point.words)
}

/** What a type can carry without meaning "not implemented". */
function rangeOf(point: Point): readonly [number, number] {
  if (point.type === 'sunssf') return [-10, 10]
  if (point.type === 'int16') return [-0x7fff, 0x7fff]
  return [0, 2 ** (16 * point.words) - 2]
}

/** Big-endian words of a whole number, two's complement if negative. */
function wordsOf(number: number, words: number): number[] {
  if (words === 1) return [number & 0xffff]
  return [Math.floor(number / 0x10000) & 0xffff, number & 0xffff]
}

function textRegisters(point: Point, text: string): number[] {
  const bytes = Buffer.alloc(point.words * 2)
  if (Buffer.byteLength(text) > bytes.length)
    throw new RangeError(`${point.name} is ${bytes.length} bytes, not "${text}"`)
  bytes.write(text)
  return Array.from({ length: point.words }, (_, index) => bytes.readUInt16BE(index * 2))
}
