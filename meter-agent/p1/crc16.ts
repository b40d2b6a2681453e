/**
 * CRC-16/ARC of a text of one-byte characters: polynomial x¹⁶ + x¹⁵ + x² + 1, least significant bit first, beginning
 * at 0, as DSMR's P1 companion standard asks for (5.2).
 */
export function crc16(text: string): number {
  let crc = 0
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}
