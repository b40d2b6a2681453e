import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, Result } from 'effect'
import { BadProfile, readBySchema } from './bad-profile.ts'
import { type MqttProfile, MqttProfileJson } from './mqtt-profile.ts'
import { mqttProfileFaults } from './mqtt-profile-faults.ts'
import { isPath, readProfileFile } from './profile-file.ts'

const FOLDER = join(import.meta.dirname, 'mqtt')

/** The MQTT profiles that come with the agent: one JSON file each. */
export const builtInMqttProfiles = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()

/** A profile from its JSON, or everything that is wrong with it. `name` is what refusals call it. */
export function readMqttProfile(
  name: string,
  json: unknown,
): Result.Result<MqttProfile, readonly [BadProfile, ...BadProfile[]]> {
  const read = readBySchema(MqttProfileJson, { name, json })
  if (Result.isFailure(read)) return read
  const [first, ...others] = mqttProfileFaults(name, read.success)
  return first === undefined ? read : Result.fail([first, ...others])
}

/** The JSON of a built-in MQTT profile, or of the one in a file (where the name has a dot or a slash). */
export const mqttProfileJson = (nameOrFile: string): Effect.Effect<unknown, BadProfile> => {
  if (isPath(nameOrFile)) return readProfileFile(nameOrFile)
  const names = builtInMqttProfiles()
  if (names.includes(nameOrFile)) return readProfileFile(join(FOLDER, `${nameOrFile}.json`))
  const expected = `a built-in one (${names.join(', ')}) or the path of a JSON file`
  return Effect.fail(new BadProfile({ profile: nameOrFile, field: '', value: 'an unknown name', expected }))
}

/** Loads a profile; fails with the first thing that is wrong with it. */
export const loadMqttProfile = (nameOrFile: string): Effect.Effect<MqttProfile, BadProfile> =>
  Effect.flatMap(mqttProfileJson(nameOrFile), (json) => {
    const read = readMqttProfile(nameOrFile, json)
    return Result.isSuccess(read) ? Effect.succeed(read.success) : Effect.fail(read.failure[0])
  })
