import { type Canonical, canonicalBytes } from '#protocol/canonical-json.ts'
import { keccak } from '#protocol/signing.ts'
import type { DeviceReport } from '../device-snapshot.ts'
import { readableSample } from '../readable-sample.ts'
import type { MeterSample } from '../settlement-meter.ts'
import { decodeValues, type ProfileValues, type WordBlock } from './decode-values.ts'
import type { ModbusProfile } from './modbus-profile.ts'
import type { MqttProfile } from './mqtt-profile.ts'
import { profileReport } from './profile-report.ts'

/** The sample that the words of a profile's grid role make. */
export const profileSample = (profile: ModbusProfile, blocks: readonly WordBlock[]): MeterSample =>
  sampleOfValues(profile, decodeValues(profile, blocks))

/** The sample that a profile's decoded values make. */
export const sampleOfValues = (profile: ModbusProfile, values: ProfileValues): MeterSample =>
  gridSample(profileReport(profile, values))

/** The sample in a report's grid role. */
export function gridSample({ measurements: { grid } }: DeviceReport): MeterSample {
  return readableSample({
    importWh: grid?.importWh.value ?? null,
    exportWh: grid?.exportWh.value ?? null,
    powerW: grid?.powerW.value ?? null,
  })
}

/** What has to be read for a sample: the values of the grid role, and those that say which device this is. */
export function sampleValues({ grid, match = [] }: ModbusProfile): readonly string[] {
  const values = [grid?.powerW?.value, grid?.importWh, grid?.exportWh, ...match.map(({ register }) => register)]
  return values.flatMap((id) => id ?? [])
}

/** Stands in every reading for the profile that it was decoded with: all of it but how the device is told what to do. */
export const profileHash = (profile: ModbusProfile | MqttProfile): `0x${string}` => {
  const { control: _, ...decoding } = { control: null, ...profile }
  return keccak(canonicalBytes(spelled(decoding)))
}

/** Numbers as the shortest decimals that stand for them: canonical JSON has whole ones only. */
function spelled(value: unknown): Canonical {
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map(spelled)
  if (typeof value !== 'object' || value === null) return value as Canonical
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, spelled(member)]))
}
