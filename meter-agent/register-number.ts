/** How a number stands in registers: `value = raw × scale`. */
export interface NumberCoding {
  readonly words: 1 | 2
  readonly kind: 'unsigned' | 'signed' | 'float'
  readonly scale: number
  readonly wordOrder: 'high-first' | 'low-first'
}

/** Digits of a double without the noise of a division by 0.1. */
const DIGITS = 12

/** The words of a number, rounded towards 0: no device does more than it was told. Null if it does not fit. */
export function encodeNumber(value: number, { words, kind, scale, wordOrder }: NumberCoding): readonly number[] | null {
  const view = new DataView(new ArrayBuffer(4))
  const raw = Number((value / scale).toPrecision(DIGITS))
  if (kind === 'float') view.setFloat32(0, raw)
  else {
    const whole = Math.trunc(raw)
    const span = 2 ** (16 * words)
    const [low, high] = kind === 'signed' ? [-span / 2, span / 2 - 1] : [0, span - 1]
    if (!(whole >= low && whole <= high)) return null
    if (words === 1) view.setUint32(0, whole & 0xffff)
    else view.setInt32(0, whole | 0)
  }
  const [first, second] = [view.getUint16(0), view.getUint16(2)]
  if (words === 1) return [second]
  return wordOrder === 'high-first' ? [first, second] : [second, first]
}

/** The number that stands in registers. */
export function decodeNumber(words: readonly number[], { kind, scale, wordOrder }: NumberCoding): number {
  const [first = 0, second = 0] = wordOrder === 'high-first' ? words : words.toReversed()
  const view = new DataView(new ArrayBuffer(4))
  view.setUint16(0, words.length === 1 ? 0 : first)
  view.setUint16(2, words.length === 1 ? first : second)
  if (kind === 'float') return view.getFloat32(0) * scale
  if (kind === 'unsigned') return Number((view.getUint32(0) * scale).toPrecision(DIGITS))
  const raw = words.length === 1 ? view.getInt16(2) : view.getInt32(0)
  return Number((raw * scale).toPrecision(DIGITS))
}
