import { Result } from 'effect'
import { BadProfile } from './bad-profile.ts'
import { CONTROL_ACTIONS } from './control-section.ts'
import { roleValues } from './expected-values.ts'
import { readProfile } from './load-profile.ts'
import type { ModbusProfile } from './modbus-profile.ts'
import type { MqttProfile } from './mqtt-profile.ts'
import { profileReport } from './profile-report.ts'

/** Everything that is wrong with a profile: what it is refused for, or what nobody could rely on it without. */
export function lintProfile(name: string, json: unknown): readonly BadProfile[] {
  const read = readProfile(name, json)
  if (Result.isFailure(read)) return read.failure
  const { kind, profile } = read.success
  const [named, values] =
    kind === 'mqtt' ? (['values', profile.values] as const) : (['registers', profile.registers] as const)
  const untold = kind === 'mqtt' ? [] : untestedActions(name, profile)
  return [...untested(name, profile), ...uncounted(name, profile, { named, values }), ...untold]
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

/** The roles that a profile names a value for. */
function rolesOf(profile: ModbusProfile | MqttProfile): ReadonlySet<string> {
  const given = 'kind' in profile ? profile.values : profile.registers
  const everything = Object.fromEntries(
    [...Object.keys(given), ...Object.keys(profile.derived ?? {})].map((id) => [id, 1]),
  )
  const roles = roleValues(profileReport(profile, everything))
  return new Set(Object.keys(roles).filter((path) => roles[path] !== null))
}
