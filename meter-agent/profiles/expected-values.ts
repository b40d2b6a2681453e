import type { DeviceReport } from '../device-snapshot.ts'
import type { Measurement } from '../measurement.ts'
import { readMessages } from '../mqtt/read-message.ts'
import { runControlTests } from './control-writes.ts'
import { decodeValues } from './decode-values.ts'
import { type ModbusProfile, type ProfileTest, tableOf } from './modbus-profile.ts'
import type { MqttProfile } from './mqtt-profile.ts'
import { profileReport } from './profile-report.ts'
import type { ProfileValue } from './register-value.ts'

/** A value of a profile's test that came out other than expected; `undefined` where there is nothing of that name. */
export interface Unexpected {
  readonly test: string
  /** `powerL1`, `grid.powerW`, or `writes` of a control test */
  readonly value: string
  readonly expected: ProfileValue
  readonly actual: ProfileValue | undefined
}

/** Runs the tests of a profile: raw registers in and commands in, what differs from the expected values and writes out. */
export const runProfileTests = (profile: ModbusProfile | MqttProfile): readonly Unexpected[] =>
  'kind' in profile
    ? profile.tests.flatMap((test) => unexpectedOf(test, publishedValues(profile, test)))
    : [
        ...profile.tests.flatMap((test) => unexpectedOf(test, actualValues(profile, test))),
        ...runControlTests(profile).map((differing) => ({ ...differing, value: 'writes' })),
      ]

type Expecting = Pick<ProfileTest, 'name' | 'expected'>

const unexpectedOf = (test: Expecting, actual: Readonly<Record<string, ProfileValue>>): readonly Unexpected[] =>
  Object.entries(test.expected).flatMap(([value, expected]) =>
    Object.hasOwn(actual, value) && actual[value] === expected
      ? []
      : [{ test: test.name, value, expected, actual: Object.hasOwn(actual, value) ? actual[value] : undefined }],
  )

/** Everything that a profile makes of a test's messages. Throws BadMqttMessage. */
function publishedValues(profile: MqttProfile, test: MqttProfile['tests'][number]) {
  const messages = Object.entries(test.messages).map(([message, json]) => ({ message, payload: JSON.stringify(json) }))
  const values = readMessages(profile, { device: 'device', messages })
  return { ...values, ...roleValues(profileReport(profile, values)) }
}

/** Everything that a profile makes of a test's registers: its values by name, and its roles by path. */
function actualValues(profile: ModbusProfile, test: ProfileTest): Readonly<Record<string, ProfileValue>> {
  const blocks = test.registers.map((range) => ({
    table: tableOf(profile, range),
    address: range.address,
    words: (range.hex.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16)),
  }))
  const values = decodeValues(profile, blocks)
  return { ...values, ...roleValues(profileReport(profile, values)) }
}

/** The roles of a report by path: `grid.powerW`, `grid.voltageV.0`, `device.serial`. */
export function roleValues({ device, measurements }: DeviceReport): Readonly<Record<string, ProfileValue>> {
  const values: Record<string, ProfileValue> = {}
  for (const [field, value] of Object.entries(device)) values[`device.${field}`] = value
  for (const [role, points] of Object.entries(measurements)) {
    for (const [field, point] of Object.entries(points) as [string, Measurement | readonly Measurement[]][]) {
      if ('value' in point) values[`${role}.${field}`] = point.value
      else for (const [i, { value }] of point.entries()) values[`${role}.${field}.${i}`] = value
    }
  }
  return values
}
