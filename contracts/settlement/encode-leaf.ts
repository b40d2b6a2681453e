import { structEncoder } from '#protocol/eip712.ts'
import type { Field } from '#protocol/typed-data.ts'

const WORD = 32
const NO_TYPE_HASH = new Uint8Array(WORD)

/** One a list of fields: what they need is found out once. */
const encoders = new WeakMap<readonly Field[], ReturnType<typeof structEncoder>>()

/**
 * The ABI encoding of a struct of static fields: a word each, as `abi.encode` writes it. Numbers are safe integers,
 * addresses and hashes hex; throws RangeError on any other number.
 */
export function encodeLeaf(fields: readonly Field[], leaf: object): Uint8Array {
  let encode = encoders.get(fields)
  if (encode === undefined) {
    // The words of EIP-712 are those of the ABI where nothing is dynamic; before them stands the type's hash.
    encode = structEncoder({ typeHash: NO_TYPE_HASH, fields, keccak: unhashed })
    encoders.set(fields, encode)
  }
  return encode(leaf as Readonly<Record<string, unknown>>).slice(WORD)
}

function unhashed(): never {
  throw new TypeError('a leaf has static fields only')
}
