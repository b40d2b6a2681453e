import { type ModbusProfile, type ProfileRegister, tableOf, wordsOf } from './modbus-profile.ts'

/** Says that what stands at a path of the profile is not what is expected there. */
export type Refuse = (path: readonly (string | number)[], expected: string) => void

/** More than any device has that measures a home; a plan of them is made at every start. */
const REGISTERS_MAX = 512

/** What is wrong with the registers of a profile: sizes, places and units that do not fit. */
export function registerFaults(profile: ModbusProfile, refuse: Refuse): void {
  const registers = Object.entries(profile.registers)
  if (registers.length > REGISTERS_MAX) refuse(['registers'], `at most ${REGISTERS_MAX} registers`)
  for (const [id, register] of registers) {
    const at = (field: string) => ['registers', id, field]
    const { type, words } = register
    const size = wordsOf(register)
    if (type === 'string' ? words === undefined : type !== 'bitfield' && words !== undefined) {
      refuse(at('words'), type === 'string' ? 'how many words the text has' : `nothing: a ${type} has ${size}`)
    }
    if (type === 'bitfield' && size > 2) refuse(at('words'), '1 or 2 words of bits')
    if (size > profile.block.words) refuse(at('words'), `at most ${profile.block.words}, the words of one block`)
    if (register.address + size > 65_536) refuse(at('address'), `a place for ${size} words before 65536`)
    if ((type === 'string' || type === 'bitfield') && register.unit !== 'none') refuse(at('unit'), '"none"')
    for (const [i, sentinel] of (register.notAvailable ?? []).entries()) {
      if (sentinel.length !== size * 4) refuse([...at('notAvailable'), i], `${size * 4} hexadecimal digits`)
    }
    scaleFactorFaults(profile, register, (expected) => refuse(at('scaleFactor'), expected))
  }
}

function scaleFactorFaults(
  profile: ModbusProfile,
  register: ProfileRegister,
  refuse: (expected: string) => void,
): void {
  const { scaleFactor } = register
  if (scaleFactor === undefined) return
  const factor = Object.hasOwn(profile.registers, scaleFactor) ? profile.registers[scaleFactor] : undefined
  if (factor === undefined) {
    refuse('the name of a register')
    return
  }
  const first = Math.min(register.address, factor.address)
  const end = Math.max(register.address + wordsOf(register), factor.address + wordsOf(factor))
  if (tableOf(profile, register) !== tableOf(profile, factor) || end - first > profile.block.words) {
    refuse('a register that fits one block with this one')
  }
  if (factor.type !== 's16' || factor.unit !== 'none' || factor.scaleFactor !== undefined) {
    refuse('a power of ten: a s16 without a unit')
  }
}
