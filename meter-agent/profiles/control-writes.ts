import { encodeNumber, type NumberCoding } from '../register-number.ts'
import { type ControlRegister, type ControlSection, type ControlTest, controlWords } from './control-section.ts'
import type { ModbusProfile } from './modbus-profile.ts'

/** A register's new words, and what puts it back. */
export interface ControlWrite {
  readonly register: string
  readonly address: number
  readonly words: readonly number[]
  /** whether it is after how long without us the device reverts by itself */
  readonly isTimeout: boolean
  readonly revertTo: 'found' | readonly number[]
}

type Command = Omit<ControlTest, 'name' | 'expected'>

/** How a register that may be written spells its number. */
export const codingOf = (profile: ModbusProfile, register: ControlRegister): NumberCoding => ({
  words: controlWords(register),
  kind: register.type === 'f32' ? 'float' : register.type.startsWith('s') ? 'signed' : 'unsigned',
  scale: (register.scale ?? 1) * (register.unit === 'kW' ? 1_000 : 1),
  wordOrder: register.wordOrder ?? profile.wordOrder,
})

/**
 * The writes of a profile's action, in order. Throws RangeError where one is out of its register's range, or the share of
 * a rated power is asked for that nobody knows.
 */
export function controlWrites(
  profile: ModbusProfile,
  control: ControlSection,
  command: Command,
): readonly ControlWrite[] {
  const { writes = [], revert = {} } = control[command.action] ?? {}
  return writes.map(({ register: id, value }) => {
    const register = control.registers[id]
    if (register === undefined) throw new RangeError(`no register ${id}`)
    const number = typeof value === 'number' ? value : commanded(value, register, command)
    const coding = codingOf(profile, register)
    const factor = register.unit === 'kW' ? 1_000 : 1
    if (number < register.min * factor || number > register.max * factor) {
      throw new RangeError(`${id} can be ${register.min} to ${register.max} ${register.unit}, not ${number / factor}`)
    }
    const encoded = (value: number) => {
      const words = encodeNumber(value, coding)
      if (words === null) throw new RangeError(`${id}, a ${register.type}, cannot hold ${value / factor}`)
      return words
    }
    const back = revert[id]
    const revertTo = back === undefined ? 'found' : encoded(back * factor)
    return { register: id, address: register.address, words: encoded(number), isTimeout: value === 'timeout', revertTo }
  })
}

function commanded(
  value: 'power' | 'turnedPower' | 'share' | 'timeout',
  { unit }: ControlRegister,
  { powerW, ratedW, timeoutS }: Command,
): number {
  switch (value) {
    case 'power':
      return powerW
    case 'turnedPower':
      return -powerW
    case 'timeout':
      return unit === 'min' ? Math.ceil(timeoutS / 60) : timeoutS
    case 'share':
      if (ratedW === undefined) throw new RangeError('the device does not say its rated power')
      return Math.min(100, (100 * powerW) / ratedW)
  }
}

/** Runs a profile's control tests: which of the writes differ from what is expected. */
export function runControlTests(profile: ModbusProfile): readonly {
  readonly test: string
  readonly expected: string
  readonly actual: string
}[] {
  const { control } = profile
  const spelled = (writes: ControlTest['expected']) => writes.map(({ address, hex }) => `${address}=${hex}`).join(' ')
  return (control?.tests ?? []).flatMap((test) => {
    const expected = spelled(test.expected)
    const actual = attempted(() =>
      spelled(
        controlWrites(profile, control as ControlSection, test).map(({ address, words }) => ({
          address,
          hex: words.map((word) => word.toString(16).padStart(4, '0')).join(''),
        })),
      ),
    )
    return expected === actual ? [] : [{ test: test.name, expected, actual }]
  })
}

function attempted(write: () => string): string {
  try {
    return write()
  } catch (cause) {
    if (cause instanceof RangeError) return cause.message
    throw cause
  }
}
