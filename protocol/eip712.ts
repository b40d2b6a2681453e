import { bytesOfHex } from './hex.ts'
import type { Field } from './typed-data.ts'

const WORD = 32

/** What dynamic types are written as. */
type Keccak = (data: Uint8Array | string) => Uint8Array

/** `Order(address account,string neighbourhood,…)`: what a type hash is the keccak256 of (EIP-712, encodeType). */
export function encodeType(primaryType: string, fields: readonly Field[]): string {
  return `${primaryType}(${fields.map(({ name, type }) => `${type} ${name}`).join(',')})`
}

/**
 * The bytes whose keccak256 is a flat struct's hash (EIP-712, hashStruct): the type hash, then a word a field.
 * Numbers are safe integers; throws RangeError on any other, TypeError on a type that none of our messages has.
 */
export function encodeStruct(struct: {
  readonly typeHash: Uint8Array
  readonly fields: readonly Field[]
  readonly body: Readonly<Record<string, unknown>>
  readonly keccak: Keccak
}): Uint8Array {
  const { typeHash, fields, body, keccak } = struct
  const bytes = new Uint8Array(WORD * (1 + fields.length))
  bytes.set(typeHash)
  for (const [index, { name, type }] of fields.entries()) {
    writeWord(bytes.subarray(WORD * (1 + index), WORD * (2 + index)), { type, value: body[name], keccak })
  }
  return bytes
}

function writeWord(
  word: Uint8Array,
  field: { readonly type: string; readonly value: unknown; readonly keccak: Keccak },
) {
  const { type, value } = field
  if (type === 'string') word.set(field.keccak(String(value)))
  else if (type === 'bytes') word.set(field.keccak(bytesOfHex(String(value))))
  else if (type === 'bool') word[WORD - 1] = value === true ? 1 : 0
  else if (type === 'address' || type === 'bytes32') writeHex(word, String(value))
  else if (/^u?int\d+$/.test(type)) writeInteger(word, value)
  else throw new TypeError(`no message has a field of type ${type}`)
}

function writeInteger(word: Uint8Array, value: unknown): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`)
  if ((value as number) < 0) word.fill(0xff) // two's complement
  new DataView(word.buffer, word.byteOffset, WORD).setBigInt64(WORD - 8, BigInt(value as number))
}

/** Right-aligned, as addresses are; 32 bytes fill the word. */
function writeHex(word: Uint8Array, hex: string): void {
  const bytes = bytesOfHex(hex)
  word.set(bytes, WORD - bytes.length)
}
