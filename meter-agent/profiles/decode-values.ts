import { type ModbusProfile, type RegisterTable, tableOf, wordsOf } from './modbus-profile.ts'
import { type ProfileValue, registerValue } from './register-value.ts'

/** Consecutive words that came in one answer. */
export interface WordBlock {
  readonly table: RegisterTable
  readonly address: number
  readonly words: readonly number[]
}

/** The values of a profile's registers and of those derived from them, by name. */
export type ProfileValues = Readonly<Record<string, ProfileValue>>

/**
 * Decodes what was read. A register that stands whole in no block has no value; nor has one whose scale factor came in
 * another answer: between two it may have changed, and would turn 1 kW into 1 MW.
 */
export function decodeValues(profile: ModbusProfile, blocks: readonly WordBlock[]): ProfileValues {
  const values: Record<string, ProfileValue> = {}
  for (const id of Object.keys(profile.registers)) values[id] = valueNamed(profile, blocks, id)
  return withDerived(values, profile.derived)
}

/** Values with those that are derived from them. */
export function withDerived(values: ProfileValues, derived: ModbusProfile['derived']): ProfileValues {
  const all: Record<string, ProfileValue> = { ...values }
  for (const [id, { is, of }] of Object.entries(derived ?? {})) {
    const [first = null, ...others] = of.map((operand) => values[operand] ?? null)
    all[id] = derivedValue(is, first, others)
  }
  return all
}

function valueNamed(profile: ModbusProfile, blocks: readonly WordBlock[], id: string): ProfileValue {
  const register = profile.registers[id]
  if (register === undefined) return null
  const { scaleFactor } = register
  for (const block of blocks) {
    const words = wordsIn(profile, block, id)
    if (words === null) continue
    if (scaleFactor === undefined) return registerValue({ profile, register, words })
    const factor = profile.registers[scaleFactor]
    const factorWords = wordsIn(profile, block, scaleFactor)
    if (factor === undefined || factorWords === null) continue
    const power = registerValue({ profile, register: factor, words: factorWords })
    return registerValue({ profile, register, words, power })
  }
  return null
}

function wordsIn(profile: ModbusProfile, block: WordBlock, id: string): readonly number[] | null {
  const register = profile.registers[id]
  if (register === undefined || tableOf(profile, register) !== block.table) return null
  const first = register.address - block.address
  const end = first + wordsOf(register)
  return first < 0 || end > block.words.length ? null : block.words.slice(first, end)
}

/** Without one of its operands a derived value is nothing. */
function derivedValue(
  is: 'sum' | 'difference' | 'turned',
  first: ProfileValue,
  others: readonly ProfileValue[],
): ProfileValue {
  if (typeof first !== 'number') return null
  let value = is === 'turned' ? -first : first
  for (const other of others) {
    if (typeof other !== 'number') return null
    value = is === 'difference' ? value - other : value + other
  }
  return value === 0 ? 0 : Number(value.toPrecision(12))
}
