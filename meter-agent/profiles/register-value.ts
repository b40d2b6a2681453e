import { float32Of, scaled, textOf } from '../sunspec/point-value.ts'
import { type ModbusProfile, type ProfileRegister, UNITS } from './modbus-profile.ts'

/** What a register says: a number in the base unit of its unit (kWh in Wh), a text, or null where it has no value. */
export type ProfileValue = number | string | null

/** Digits that a scaled number keeps: a double's, without the noise that 0.1 + 0.2 has. */
const DIGITS = 15
/** Scale factors beyond this are garbage (METERING). */
const SCALE_FACTOR_LIMIT = 10

/** The words of a register as they count, the most significant first, from how they came over the line. */
function significantFirst(
  profile: ModbusProfile,
  register: ProfileRegister,
  words: readonly number[],
): readonly number[] {
  const whole = profile.byteOrder === 'low-first' ? words.map((word) => ((word & 0xff) << 8) | (word >> 8)) : [...words]
  const lowFirst = (register.wordOrder ?? profile.wordOrder) === 'low-first'
  return lowFirst && register.type !== 'string' ? whole.reverse() : whole
}

/**
 * Decodes a register. Its sentinels, the NaNs and infinities of a float, and a text of nothing are null, never 0.
 * `power` is what its scale factor said; null if that said nothing.
 */
export function registerValue(options: {
  readonly profile: ModbusProfile
  readonly register: ProfileRegister
  readonly words: readonly number[]
  readonly power?: ProfileValue
}): ProfileValue {
  const { profile, register, power = 0 } = options
  const words = significantFirst(profile, register, options.words)
  const hex = words.map((word) => word.toString(16).padStart(4, '0')).join('')
  if (register.notAvailable?.includes(hex)) return null
  if (register.type === 'string') return textOf(words)
  const raw = numberOf(register.type, words)
  if (raw === null || typeof power !== 'number') return null
  if (!Number.isInteger(power) || Math.abs(power) > SCALE_FACTOR_LIMIT) return null
  const factor = (register.scale ?? 1) * UNITS[register.unit].factor
  const value = power === 0 ? Number(raw) : scaled(raw, power)
  return factor === 1 || value === 0 ? value : Number((value * factor).toPrecision(DIGITS))
}

function numberOf(type: ProfileRegister['type'], words: readonly number[]): number | bigint | null {
  const bits = words.reduce((value, word) => (value << 16n) | BigInt(word), 0n)
  switch (type) {
    case 'f32':
      return float32Of(Number(bits))
    case 'f64':
      return float64Of(bits)
    case 's16':
      return Number(BigInt.asIntN(16, bits))
    case 's32':
      return Number(BigInt.asIntN(32, bits))
    case 's64':
      return BigInt.asIntN(64, bits)
    default:
      return bits > BigInt(Number.MAX_SAFE_INTEGER) ? bits : Number(bits)
  }
}

function float64Of(bits: bigint): number | null {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  const value = view.getFloat64(0)
  return Number.isFinite(value) ? value : null
}
