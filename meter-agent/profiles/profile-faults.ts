import { BadProfile, valueAt } from './bad-profile.ts'
import { controlFaults } from './control-faults.ts'
import { type ModbusProfile, UNITS } from './modbus-profile.ts'
import { type Refuse, registerFaults } from './register-faults.ts'
import { type Base, type Path, roleFaults } from './role-faults.ts'

/** What is wrong with a profile that its schema lets pass: names that lead nowhere, sizes and units that do not fit. */
export function profileFaults(name: string, profile: ModbusProfile): readonly BadProfile[] {
  const faults: BadProfile[] = []
  const refuse: Refuse = (path, expected) => {
    const field = path.join('.')
    faults.push(new BadProfile({ profile: name, field, value: valueAt(profile, path), expected }))
  }
  const bases = basesOf(profile)
  const baseOf = (id: string): Base | undefined => (Object.hasOwn(bases, id) ? bases[id] : undefined)
  const named = (path: Path, id: string | undefined, ...allowed: readonly Base[]) => {
    if (id === undefined) return
    const base = baseOf(id)
    if (base === undefined) refuse(path, 'the name of a register or derived value')
    else if (!allowed.includes(base)) refuse(path, `a value in ${allowed.join(' or ')}, which this is not (${base})`)
  }
  const registerNamed = (path: Path, id: string | undefined) => {
    if (id !== undefined && !Object.hasOwn(profile.registers, id)) refuse(path, 'the name of a register')
  }

  registerFaults(profile, refuse)
  controlFaults(profile, refuse)
  for (const [id, { is, of }] of Object.entries(profile.derived ?? {})) {
    if (Object.hasOwn(profile.registers, id)) refuse(['derived', id], 'a name that no register has')
    if (is === 'turned' ? of.length !== 1 : of.length < 2) {
      refuse(['derived', id, 'of'], is === 'turned' ? 'one name' : 'two names or more')
    }
    for (const [i, operand] of of.entries()) {
      registerNamed(['derived', id, 'of', i], operand)
      const [first = ''] = of
      const [base, firstBase] = [baseOf(operand), baseOf(first)]
      if (base === 'text' || (base !== undefined && firstBase !== undefined && base !== firstBase)) {
        refuse(['derived', id, 'of', i], `a number in the unit of ${first}`)
      }
    }
  }

  for (const [i, { register, is, contains }] of (profile.match ?? []).entries()) {
    registerNamed(['match', i, 'register'], register)
    if ((is === undefined) === (contains === undefined)) refuse(['match', i], 'either "is" or "contains"')
  }
  for (const [field, from] of Object.entries(profile.device)) {
    if ((from.register === undefined) === (from.text === undefined)) {
      refuse(['device', field], 'either "register" or "text"')
    }
    registerNamed(['device', field, 'register'], from.register)
  }
  const { limits } = profile
  roleFaults(profile, { named, refuse })
  named(['limits', 'powerRegister'], limits?.powerRegister, 'W')
  for (const band of ['voltageV', 'frequencyHz'] as const) {
    const { min, max } = limits?.[band] ?? { min: 0, max: 1 }
    if (min >= max) refuse(['limits', band], 'a "min" below its "max"')
  }
  return faults
}

/** The base unit of every value that has a name. */
function basesOf(profile: ModbusProfile): Readonly<Record<string, Base>> {
  const bases: Record<string, Base> = {}
  for (const [id, { type, unit }] of Object.entries(profile.registers)) {
    bases[id] = type === 'string' ? 'text' : UNITS[unit].base
  }
  for (const [id, { of }] of Object.entries(profile.derived ?? {})) {
    const operand = of[0] ?? ''
    const base = Object.hasOwn(profile.registers, operand) ? bases[operand] : undefined
    if (base !== undefined) bases[id] = base
  }
  return bases
}
