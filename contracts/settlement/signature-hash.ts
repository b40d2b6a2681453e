import { bytesOfHex } from '#protocol/hex.ts'
import { keccak } from '#protocol/signing.ts'

type Hex = `0x${string}`

const WORD = 32

/**
 * keccak256(abi.encode(signer, signature)), both dynamic bytes: what a leaf keeps of a signature. `signer` as ERC-7913
 * writes it: an address of 20 bytes, or a verifier's 20 bytes and the key.
 */
export function signatureHashOf({ signer, signature }: { readonly signer: Hex; readonly signature: Hex }): Hex {
  const first = lengthAndBytes(bytesOfHex(signer))
  const second = lengthAndBytes(bytesOfHex(signature))
  const encoded = new Uint8Array(2 * WORD + first.length + second.length)
  writeCount(encoded, 0, 2 * WORD)
  writeCount(encoded, WORD, 2 * WORD + first.length)
  encoded.set(first, 2 * WORD)
  encoded.set(second, 2 * WORD + first.length)
  return keccak(encoded)
}

/** A word with the length, then the bytes, filled up to whole words. */
function lengthAndBytes(bytes: Uint8Array): Uint8Array {
  const written = new Uint8Array(WORD * (1 + Math.ceil(bytes.length / WORD)))
  writeCount(written, 0, bytes.length)
  written.set(bytes, WORD)
  return written
}

function writeCount(bytes: Uint8Array, at: number, count: number): void {
  new DataView(bytes.buffer).setUint32(at + WORD - 4, count)
}
