import { Effect, Result } from 'effect'
import { BadProfile } from './bad-profile.ts'
import { builtInModbusProfiles, modbusProfileJson, readModbusProfile } from './load-modbus-profile.ts'
import { builtInMqttProfiles, mqttProfileJson, readMqttProfile } from './load-mqtt-profile.ts'
import type { ModbusProfile } from './modbus-profile.ts'
import type { MqttProfile } from './mqtt-profile.ts'
import { isPath } from './profile-file.ts'

/** A profile, by what its devices speak. */
type Profile =
  | { readonly kind: 'modbus'; readonly profile: ModbusProfile }
  | { readonly kind: 'mqtt'; readonly profile: MqttProfile }

/** A profile from its JSON, which says its kind unless it is Modbus, or everything that is wrong with it. */
export function readProfile(
  name: string,
  json: unknown,
): Result.Result<Profile, readonly [BadProfile, ...BadProfile[]]> {
  const isMqtt = typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'mqtt'
  return isMqtt
    ? Result.map(readMqttProfile(name, json), (profile) => ({ kind: 'mqtt', profile }))
    : Result.map(readModbusProfile(name, json), (profile) => ({ kind: 'modbus', profile }))
}

/** The JSON of a built-in profile of any kind, or of the one in a file (where the name has a dot or a slash). */
export const profileJson = (nameOrFile: string): Effect.Effect<unknown, BadProfile> => {
  const [modbus, mqtt] = [builtInModbusProfiles(), builtInMqttProfiles()]
  if (isPath(nameOrFile) || modbus.includes(nameOrFile)) return modbusProfileJson(nameOrFile)
  if (mqtt.includes(nameOrFile)) return mqttProfileJson(nameOrFile)
  const expected = `a built-in one (${[...modbus, ...mqtt].join(', ')}) or the path of a JSON file`
  return Effect.fail(new BadProfile({ profile: nameOrFile, field: '', value: 'an unknown name', expected }))
}

/** Loads a profile of any kind; fails with the first thing that is wrong with it. */
export const loadProfile = (nameOrFile: string): Effect.Effect<ModbusProfile | MqttProfile, BadProfile> =>
  Effect.flatMap(profileJson(nameOrFile), (json) => {
    const read = readProfile(nameOrFile, json)
    return Result.isSuccess(read) ? Effect.succeed(read.success.profile) : Effect.fail(read.failure[0])
  })
