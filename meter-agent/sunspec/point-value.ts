import type { PointType } from './point-type.ts'

/** What a point's words say: a number as transmitted, a text, or null where the device has no value. */
export type RawValue = number | bigint | string | null

/** "Not available" as each type spells it (SunSpec information model, table of unimplemented values). */
const unavailable: Partial<Readonly<Record<PointType, bigint>>> = {
  int16: 0x8000n,
  uint16: 0xffffn,
  count: 0xffffn,
  enum16: 0xffffn,
  bitfield16: 0xffffn,
  sunssf: 0x8000n,
  int32: 0x80000000n,
  uint32: 0xffffffffn,
  enum32: 0xffffffffn,
  bitfield32: 0xffffffffn,
  int64: 0x8000000000000000n,
  uint64: 0xffffffffffffffffn,
  bitfield64: 0xffffffffffffffffn,
  ipaddr: 0n,
  ipv6addr: 0n,
}
/** The last 48 of the 64 bits that an Ethernet address takes. */
const EUI48 = 0xffffffffffffn

/** Decodes one point's words, most significant first. An accumulator's 0 stays 0: it is zero or absent, nobody can tell. */
export function rawValueOf(type: PointType, words: readonly number[]): RawValue {
  if (type === 'string') return textOf(words)
  const bits = words.reduce((value, word) => (value << 16n) | BigInt(word), 0n)
  if (bits === unavailable[type]) return null
  switch (type) {
    case 'float32':
      return float32Of(Number(bits))
    case 'float64':
      return float64Of(bits)
    case 'eui48':
      return (bits & EUI48) === EUI48 ? null : eui48Of(bits & EUI48)
    case 'ipaddr':
      return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.')
    case 'ipv6addr':
      return words.map((word) => word.toString(16)).join(':')
    case 'int16':
    case 'sunssf':
      return Number(BigInt.asIntN(16, bits))
    case 'int32':
      return Number(BigInt.asIntN(32, bits))
    case 'int64':
      return BigInt.asIntN(64, bits)
    case 'uint64':
    case 'acc64':
    case 'bitfield64':
      return bits
    default:
      return Number(bits)
  }
}

/**
 * The engineering value raw × 10^power, as the double nearest to that decimal: 45 and −2 give 0.45, without the dust
 * that a multiplication leaves.
 */
export function scaled(raw: number | bigint, power: number): number {
  return Number(`${raw}e${power}`)
}

/** A float32 as the shortest decimal that stands for it; null for NaN and the infinities. */
export function float32Of(bits: number): number | null {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, bits)
  const value = view.getFloat32(0)
  if (!Number.isFinite(value)) return null
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

function float64Of(bits: bigint): number | null {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  const value = view.getFloat64(0)
  return Number.isFinite(value) ? value : null
}

function eui48Of(bits: bigint): string {
  const digits = bits.toString(16).padStart(12, '0').toUpperCase()
  return (digits.match(/../g) ?? []).join(':')
}

/** Text up to the first NUL (devices leave stale text behind it), without control characters and outer blanks. */
export function textOf(words: readonly number[]): string | null {
  const bytes = Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
  const end = bytes.indexOf(0)
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
  const printable = text.replace(/\p{Cc}/gu, '').trim()
  return printable === '' ? null : printable
}
