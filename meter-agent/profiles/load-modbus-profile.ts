import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, Result } from 'effect'
import { BadProfile, readBySchema } from './bad-profile.ts'
import { type ModbusProfile, ModbusProfileJson } from './modbus-profile.ts'
import { profileFaults } from './profile-faults.ts'
import { NAME } from './profile-fields.ts'
import { isPath, readProfileFile } from './profile-file.ts'

const FOLDER = join(import.meta.dirname, 'devices')

/** The profiles that come with the agent: one JSON file each. */
export const builtInModbusProfiles = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()

/** A profile from its JSON, or everything that is wrong with it. `name` is what refusals call it. */
export function readModbusProfile(
  name: string,
  json: unknown,
): Result.Result<ModbusProfile, readonly [BadProfile, ...BadProfile[]]> {
  const read = readBySchema(ModbusProfileJson, { name, json })
  if (Result.isFailure(read)) {
    const [first, ...others] = read.failure
    return Result.fail([aboutName(first), ...others.map(aboutName)])
  }
  const [first, ...others] = profileFaults(name, read.success)
  return first === undefined ? read : Result.fail([first, ...others])
}

/** A register that has no proper name is to the schema a field that does not exist. */
function aboutName(fault: BadProfile): BadProfile {
  const [, name = ''] = /^(?:registers|derived)\.([^.]*)/.exec(fault.field) ?? []
  if (name === '' || NAME.pattern.test(name)) return fault
  const { profile, field } = fault
  return new BadProfile({ profile, field, value: JSON.stringify(name.slice(0, 40)), expected: NAME.message })
}

/** The JSON of a built-in profile, or of the one in a file (where the name has a dot or a slash). */
export const modbusProfileJson = (nameOrFile: string): Effect.Effect<unknown, BadProfile> => {
  if (isPath(nameOrFile)) return readProfileFile(nameOrFile)
  const names = builtInModbusProfiles()
  if (names.includes(nameOrFile)) return readProfileFile(join(FOLDER, `${nameOrFile}.json`))
  const expected = `a built-in one (${names.join(', ')}) or the path of a JSON file`
  return Effect.fail(new BadProfile({ profile: nameOrFile, field: '', value: 'an unknown name', expected }))
}

/** Loads a profile; fails with the first thing that is wrong with it. */
export const loadModbusProfile = (nameOrFile: string): Effect.Effect<ModbusProfile, BadProfile> =>
  Effect.flatMap(modbusProfileJson(nameOrFile), (json) => {
    const read = readModbusProfile(nameOrFile, json)
    return Result.isSuccess(read) ? Effect.succeed(read.success) : Effect.fail(read.failure[0])
  })
