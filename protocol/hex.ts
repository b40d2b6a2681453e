import type { Hex } from './ids.ts'

/** The bytes that `0x…` stands for; the digits have to be right. */
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array((hex.length - 2) / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(hex.charCodeAt(2 + 2 * i)) << 4) | digitOf(hex.charCodeAt(3 + 2 * i))
  }
  return bytes
}

/** The value of a hexadecimal digit, by its ASCII code: a quarter of what parsing texts takes. */
const digitOf = (code: number): number => (code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57)

/** Bytes as `0x` and lower-case digits. */
export function hexOfBytes(bytes: Uint8Array): Hex {
  let digits = ''
  for (const byte of bytes) digits += byte.toString(16).padStart(2, '0')
  return `0x${digits}`
}
