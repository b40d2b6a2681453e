import type { Hex } from './ids.ts'

/** The bytes that `0x…` stands for; the digits have to be right. */
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array((hex.length - 2) / 2)
  writeHex(bytes, 0, hex)
  return bytes
}

/** Writes the bytes that `0x…` stands for over others, from a place on; they have to fit. */
export function writeHex(bytes: Uint8Array, from: number, hex: string): void {
  for (let at = from, digit = 2; digit < hex.length; at++, digit += 2) {
    bytes[at] = (digitOf(hex.charCodeAt(digit)) << 4) | digitOf(hex.charCodeAt(digit + 1))
  }
}

/** 0–9 are codes 48 to 57; a–f end in 1 to 6, and so do A–F, and both are above 63. */
const digitOf = (code: number) => (code & 15) + 9 * (code >> 6)

const digitsOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Bytes as `0x` and lower-case digits. */
export function hexOfBytes(bytes: Uint8Array): Hex {
  let digits = ''
  for (const byte of bytes) digits += digitsOfByte[byte]
  return `0x${digits}`
}
