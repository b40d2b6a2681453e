import { Result } from 'effect'
import { BadProfile, valueAt } from './bad-profile.ts'
import { CONTROL_ACTIONS } from './control-section.ts'
import { roleValues } from './expected-values.ts'
import { readProfile } from './load-profile.ts'
import type { ModbusProfile } from './modbus-profile.ts'
import type { MqttProfile } from './mqtt-profile.ts'
import { overlapFaults } from './overlap-faults.ts'
import { profileReport } from './profile-report.ts'

/** Everything that is wrong with a profile: what it is refused for, or what nobody could rely on it without. */
export function lintProfile(name: string, json: unknown): readonly BadProfile[] {
  const read = readProfile(name, json)
  if (Result.isFailure(read)) return read.failure
  const { kind, profile } = read.success
  const [named, values] =
    kind === 'mqtt' ? (['values', profile.values] as const) : (['registers', profile.registers] as const)
  const ofRegisters = kind === 'mqtt' ? [] : [...overlapFaults(name, profile), ...untestedActions(name, profile)]
  return [
    ...unknownPaths(name, profile),
    ...untested(name, profile),
    ...uncounted(name, profile, { named, values }),
    ...ofRegisters,
  ]
}

/** What a device is told to do is expected by a test. */
function untestedActions(name: string, { control }: ModbusProfile): readonly BadProfile[] {
  if (control === undefined) return []
  return CONTROL_ACTIONS.filter(
    (action) => control[action] !== undefined && !control.tests.some((test) => test.action === action),
  ).map((action) => {
    const expected = `a test of ${action}`
    return new BadProfile({ profile: name, field: 'control.tests', value: 'none', expected })
  })
}

/** What a test expects under a name that no value has. */
function unknownPaths(name: string, profile: ModbusProfile | MqttProfile): readonly BadProfile[] {
  const known = new Set([...idsOf(profile), ...Object.keys(rolesAndNothings(profile))])
  return [...profile.tests].flatMap(({ expected }, index) =>
    Object.keys(expected)
      .filter((path) => !known.has(path))
      .map((path) => {
        const field = `tests.${index}.expected.${path}`
        const right = 'the name of a register or derived value, or the path of a role that the profile has'
        return new BadProfile({ profile: name, field, value: valueAt(expected, [path]), expected: right })
      }),
  )
}

/** What a role measures is expected by a test, as a value that is there. */
function untested(name: string, profile: ModbusProfile | MqttProfile): readonly BadProfile[] {
  const measured = [...rolesOf(profile)].filter((path) => !path.startsWith('device.'))
  const tested = new Set(
    [...profile.tests].flatMap(({ expected }) => Object.keys(expected).filter((path) => expected[path] !== null)),
  )
  return measured
    .filter((path) => !tested.has(path))
    .map((path) => {
      const expected = `a test that expects a value of ${path}`
      return new BadProfile({ profile: name, field: 'tests', value: 'none', expected })
    })
}

/** What counts energy says when it begins anew. */
function uncounted(
  name: string,
  { grid, pv, derived }: ModbusProfile | MqttProfile,
  by: {
    readonly named: 'registers' | 'values'
    readonly values: Readonly<Record<string, { readonly counter?: object }>>
  },
): readonly BadProfile[] {
  const counters = { 'grid.importWh': grid?.importWh, 'grid.exportWh': grid?.exportWh, 'pv.exportWh': pv?.exportWh }
  return Object.entries(counters).flatMap(([field, id]) => {
    const registers = id === undefined ? [] : (derived?.[id]?.of ?? [id])
    return registers
      .filter((register) => by.values[register]?.counter === undefined)
      .map((register) => {
        const expected = `a counter: ${by.named}.${register}.counter says ${by.named === 'registers' ? 'its bits, and ' : ''}whether it can be reset`
        return new BadProfile({ profile: name, field, value: `"${register}" without that`, expected })
      })
  })
}

const idsOf = (profile: ModbusProfile | MqttProfile): readonly string[] => [
  ...Object.keys('kind' in profile ? profile.values : profile.registers),
  ...Object.keys(profile.derived ?? {}),
]

/** Every path of the roles of a profile; null where it names no value for it. */
function rolesAndNothings(profile: ModbusProfile | MqttProfile): ReturnType<typeof roleValues> {
  return roleValues(profileReport(profile, Object.fromEntries(idsOf(profile).map((id) => [id, 1]))))
}

/** The roles that a profile names a value for. */
function rolesOf(profile: ModbusProfile | MqttProfile): ReadonlySet<string> {
  const roles = rolesAndNothings(profile)
  return new Set(Object.keys(roles).filter((path) => roles[path] !== null))
}
