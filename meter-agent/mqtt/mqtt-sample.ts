import type { MqttProfile } from '../profiles/mqtt-profile.ts'
import { profileReport } from '../profiles/profile-report.ts'
import { gridSample } from '../profiles/profile-sample.ts'
import type { MeterSample } from '../settlement-meter.ts'
import { type NamedMessage, readMessages } from './read-message.ts'

/** The sample that the messages of a profile's grid role make. Throws BadMqttMessage. */
export function mqttSample(
  profile: MqttProfile,
  said: { readonly device: string; readonly messages: readonly NamedMessage[] },
): MeterSample {
  const { grid } = profile
  const roles = [grid?.powerW?.value, grid?.importWh, grid?.exportWh]
  return gridSample(profileReport(profile, readMessages(profile, { ...said, only: valuesOf(profile, roles) })))
}

/** The messages that a sample cannot do without: those with the counters of the grid; all of them where there are none. */
export function neededMessages(profile: MqttProfile): ReadonlySet<string> {
  const counters = valuesOf(profile, [profile.grid?.importWh, profile.grid?.exportWh])
  const messages = messagesWith(profile, counters)
  return messages.size === 0 ? new Set(Object.keys(profile.messages)) : messages
}

/** The messages with these values. */
const messagesWith = (profile: MqttProfile, values: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...values].flatMap((id) => profile.values[id]?.message ?? []))

/** Values by name, with those that derived ones are made of. */
const valuesOf = ({ derived }: MqttProfile, ids: readonly (string | undefined)[]): ReadonlySet<string> =>
  new Set(ids.flatMap((id) => (id === undefined ? [] : (derived?.[id]?.of ?? [id]))))
