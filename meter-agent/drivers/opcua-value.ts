const whole = new Set(['SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32'])

/**
 * A variant of OPC UA as a number or text; null for what is neither (arrays, structures, NaN), and for 64-bit
 * integers that a double cannot hold exactly. `type` is the built-in type's name; the library gives 64-bit integers
 * as high and low word.
 */
export function plainValue(variant: { readonly type: string; readonly value: unknown }): number | string | null {
  const { type, value } = variant
  if (type === 'String') return typeof value === 'string' ? value : null
  if (type === 'UInt64' || type === 'Int64') return wideInteger(type, value)
  if (type !== 'Float' && type !== 'Double' && !whole.has(type)) return null
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function wideInteger(type: 'UInt64' | 'Int64', value: unknown): number | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [high, low] = value as readonly unknown[]
  if (!isWord(high) || !isWord(low)) return null
  const bits = (BigInt(high) << 32n) | BigInt(low)
  const number = Number(type === 'Int64' ? BigInt.asIntN(64, bits) : bits)
  return Number.isSafeInteger(number) ? number : null
}

function isWord(word: unknown): word is number {
  return typeof word === 'number' && Number.isInteger(word) && word >= 0 && word < 2 ** 32
}
