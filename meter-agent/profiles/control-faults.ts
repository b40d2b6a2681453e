import { CONTROL_ACTIONS, type ControlRegister, type ControlSection, controlWords } from './control-section.ts'
import { type ModbusProfile, tableOf } from './modbus-profile.ts'
import type { Refuse } from './register-faults.ts'

type Written = NonNullable<ControlSection['curtail']>['writes'][number]['value']

/** What is wrong with a profile's control section: names that lead nowhere, values out of range, units that do not fit. */
export function controlFaults(profile: ModbusProfile, refuse: Refuse): void {
  const { control } = profile
  if (control === undefined) return
  if (profile.byteOrder === 'low-first')
    refuse(['control'], 'nothing: a device that turns the bytes of words is not written to')
  if (!hasIdentity(profile))
    refuse(['control'], 'a holding register in "match" or "device.serial", to know the device by')
  const named = (id: string): ControlRegister | undefined =>
    Object.hasOwn(control.registers, id) ? control.registers[id] : undefined
  for (const [id, register] of Object.entries(control.registers)) {
    const at = ['control', 'registers', id]
    if (register.min > register.max) refuse([...at, 'min'], 'no more than "max"')
    if (register.address + controlWords(register) > 65_536) refuse([...at, 'address'], 'a place before 65536')
  }
  if (CONTROL_ACTIONS.every((action) => control[action] === undefined)) {
    refuse(['control'], 'one action at least: curtail, charge or discharge')
  }
  for (const action of CONTROL_ACTIONS) {
    const { writes = [], revert = {} } = control[action] ?? {}
    for (const [i, { register: id, value }] of writes.entries()) {
      const at = ['control', action, 'writes', i]
      const register = named(id)
      if (register === undefined) refuse([...at, 'register'], 'the name of one of control.registers')
      else if (writes.findIndex(({ register: other }) => other === id) !== i)
        refuse([...at, 'register'], 'a register only once')
      else for (const expected of valueFaults(profile, register, value)) refuse([...at, 'value'], expected)
    }
    for (const [id, value] of Object.entries(revert)) {
      const register = named(id)
      if (register === undefined || !writes.some(({ register: written }) => written === id)) {
        refuse(['control', action, 'revert', id], 'a register that the action writes')
      } else if (value < register.min || value > register.max) {
        refuse(['control', action, 'revert', id], `${register.min} to ${register.max}`)
      }
    }
  }
  for (const [i, { action }] of control.tests.entries()) {
    if (control[action] === undefined) refuse(['control', 'tests', i, 'action'], 'an action of this profile')
  }
}

function valueFaults(profile: ModbusProfile, { unit, min, max }: ControlRegister, value: Written): readonly string[] {
  if (typeof value === 'number') return value < min || value > max ? [`${min} to ${max}`] : []
  if (value === 'timeout') return unit === 's' || unit === 'min' ? [] : ['a number: only s and min can hold a timeout']
  if (value === 'share') {
    if (unit !== 'percent') return ['a number: only percent can hold a share']
    const { powerRegister, powerW } = profile.limits ?? {}
    return powerRegister === undefined && powerW === undefined ? ['a number: limits says no rated power to share'] : []
  }
  return unit === 'W' || unit === 'kW' ? [] : ['a number: only W and kW can hold a power']
}

/** Whether some holding register tells the device from others. */
function hasIdentity(profile: ModbusProfile): boolean {
  return identityRegisters(profile).length > 0
}

/** The holding registers that tell a device from others: those of its match rules, and its serial number. */
export function identityRegisters(profile: ModbusProfile): readonly string[] {
  const { match = [], device } = profile
  const ids = [
    ...match.map(({ register }) => register),
    ...(device.serial?.register === undefined ? [] : [device.serial.register]),
  ]
  return [...new Set(ids)].filter((id) => {
    const register = Object.hasOwn(profile.registers, id) ? profile.registers[id] : undefined
    return register !== undefined && tableOf(profile, register) === 'holding'
  })
}
