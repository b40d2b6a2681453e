import { bytesOfHex, writeHex } from './hex.ts'
import type { Field } from './typed-data.ts'

const WORD = 32
const TWO_TO_32 = 2 ** 32

/** What dynamic types are written as. */
type Keccak = (data: Uint8Array | string) => Uint8Array

/** Writes a value into its word of a struct; the word is zeros before, and begins at `from`. */
type WriteWord = (struct: DataView<ArrayBuffer>, from: number, value: unknown) => void

/** `Order(address account,string neighbourhood,…)`: what a type hash is the keccak256 of (EIP-712, encodeType). */
export function encodeType(primaryType: string, fields: readonly Field[]): string {
  return `${primaryType}(${fields.map(({ name, type }) => `${type} ${name}`).join(',')})`
}

/**
 * Makes the bytes whose keccak256 is a flat struct's hash (EIP-712, hashStruct): the type hash, then a word a field.
 * Numbers are safe integers; the function throws RangeError on any other. Throws TypeError on a type that none of our
 * messages has. A process writes few types many times, so what their fields need is found out once.
 */
export function structEncoder(struct: {
  readonly typeHash: Uint8Array
  readonly fields: readonly Field[]
  readonly keccak: Keccak
}): (body: Readonly<Record<string, unknown>>) => Uint8Array {
  const { typeHash, fields, keccak } = struct
  const words = fields.map(({ name, type }, i) => ({ name, from: WORD * (1 + i), write: writerOf(type, keccak) }))
  return (body) => {
    const bytes = new Uint8Array(WORD * (1 + words.length))
    bytes.set(typeHash)
    const view = new DataView(bytes.buffer)
    for (const { name, from, write } of words) write(view, from, body[name])
    return bytes
  }
}

function writerOf(type: string, keccak: Keccak): WriteWord {
  const hash: WriteWord = ({ buffer }, from, value) =>
    new Uint8Array(buffer).set(keccak(value as Uint8Array | string), from)
  if (type === 'string') return (struct, from, value) => hash(struct, from, String(value))
  if (type === 'bytes') return (struct, from, value) => hash(struct, from, bytesOfHex(String(value)))
  if (type === 'bool') return (struct, from, value) => struct.setUint8(from + WORD - 1, value === true ? 1 : 0)
  if (type === 'address' || type === 'bytes32') return writeRight
  if (/^u?int\d+$/.test(type)) return writeInteger
  throw new TypeError(`no message has a field of type ${type}`)
}

const writeInteger: WriteWord = (struct, from, value) => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`)
  const number = value as number
  // two's complement
  if (number < 0) for (let at = from; at < from + WORD - 8; at += 4) struct.setInt32(at, -1)
  struct.setInt32(from + WORD - 8, Math.floor(number / TWO_TO_32))
  struct.setUint32(from + WORD - 4, number) // the lower 32 bits of it
}

/** Right-aligned, as addresses are; 32 bytes fill the word. */
const writeRight: WriteWord = ({ buffer }, from, value) => {
  const hex = String(value)
  const size = (hex.length - 2) / 2
  if (size > WORD) throw new RangeError(`${hex} is longer than ${WORD} bytes`)
  writeHex(new Uint8Array(buffer), from + WORD - size, hex)
}
