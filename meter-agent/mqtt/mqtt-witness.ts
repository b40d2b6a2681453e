import type { MqttProfile } from '../profiles/mqtt-profile.ts'
import { profileReport } from '../profiles/profile-report.ts'
import type { CounterFacts, Witness } from '../witness.ts'
import { BadMqttMessage } from './bad-message.ts'
import { type NamedMessage, readMessages } from './read-message.ts'

/** What a device that publishes said beside its sample; nothing where some of it cannot be read. */
export function mqttWitness(
  profile: MqttProfile,
  said: { readonly device: string; readonly messages: readonly NamedMessage[] },
): Witness {
  const counters = {
    importCounter: counterFacts(profile, profile.grid?.importWh),
    exportCounter: counterFacts(profile, profile.grid?.exportWh),
  }
  try {
    const { grid, pv } = profileReport(profile, readMessages(profile, said)).measurements
    const frequencyHz = grid?.frequencyHz.value ?? null
    const producedW = pv?.powerW.value ?? null
    return {
      ...counters,
      voltageV: grid?.voltageV.flatMap(({ value }) => value ?? []) ?? [],
      ...(frequencyHz === null ? {} : { frequencyHz }),
      ...(producedW === null ? {} : { production: { powerW: -producedW, nameplateW: null } }),
    }
  } catch (cause) {
    if (cause instanceof BadMqttMessage) return counters
    throw cause
  }
}

/** A number of JSON: nobody knows how its device counts, but whether it can be set to 0. */
function counterFacts({ values }: MqttProfile, id: string | undefined): CounterFacts {
  const counter = id === undefined ? undefined : values[id]?.counter
  return { unitWh: null, modulusWh: null, scale: null, ...counter }
}
