import { dirname, resolve } from 'node:path'
import { BadInput } from '../bad-input.ts'
import { textOf } from '../text-file.ts'
import { faultOf, flagOf, type SettingName, type Settings, settings, variableOf } from './settings.ts'

/** What the three say, unchecked; a flag left out is undefined. */
export interface SettingSources {
  readonly flags: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** the settings file that the flag names; else COMMONWATT_CONFIG may */
  readonly file: string | undefined
}

const names = Object.keys(settings) as readonly SettingName[]

/**
 * The settings in force: a flag goes before the environment, that before the file; what none of them says is left
 * out. Throws BadInput with the flag, the variable, or file and field of a value that cannot be, and on a field that
 * is no setting. An empty variable counts as not set.
 */
export function readSettings({ flags, environment, file }: SettingSources): Settings {
  const fromFile = readFile(file ?? (environment.COMMONWATT_CONFIG || undefined))
  const found: Record<string, unknown> = {}
  for (const name of names) {
    const value = fromFlag(name, flags[name]) ?? fromVariable(name, environment[variableOf(name)]) ?? fromFile[name]
    if (value !== undefined) found[name] = value
  }
  return found
}

function fromFlag(name: SettingName, value: unknown): unknown {
  return value === undefined ? undefined : checked(name, value, `--${flagOf(name)}`)
}

function fromVariable(name: SettingName, text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  const { kind } = settings[name]
  const isNumber = (kind === 'whole' || kind === 'number') && /^-?\d+(\.\d+)?$/.test(text)
  return checked(name, isNumber ? Number(text) : text, variableOf(name))
}

const FILE_BYTES_MAX = 1_048_576

/** The values of a settings file: one JSON object. All of it is checked, whatever flags may say. */
function readFile(file: string | undefined): Settings {
  if (file === undefined) return {}
  let object: unknown
  try {
    object = JSON.parse(textOf(file, FILE_BYTES_MAX))
  } catch (error) {
    throw new BadInput({ detail: `${file}: ${(error as Error).message}; a settings file is one JSON object` })
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new BadInput({ detail: `${file}: a settings file is one JSON object, not ${shown(object)}` })
  }
  const found: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(object)) {
    const name = names.find((known) => known === field)
    if (name === undefined) {
      throw new BadInput({ detail: `${file}: ${field.slice(0, 50)}: no such setting (there are ${names.join(', ')})` })
    }
    const right = checked(name, value, `${file}: ${field}`)
    found[name] = settings[name].kind === 'path' ? resolve(dirname(file), String(right)) : right
  }
  return found
}

function checked(name: SettingName, value: unknown, place: string): unknown {
  const fault = faultOf(settings[name], value)
  if (fault !== null) throw new BadInput({ detail: `${place} ${shown(value)} ${fault}` })
  return value
}

const shown = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 80)
