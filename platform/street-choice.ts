import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Schema } from 'effect'
import { BadInput } from './bad-input.ts'

/** Which street a data folder holds: either a scenario file, or a generated street of so many homes by a seed. */
export type StreetChoice = { readonly scenarioFile: string } | { readonly homes: number; readonly seed: number }

/** What the user asked for; a flag left out is undefined. */
export interface StreetFlags {
  readonly scenario: string | undefined
  readonly homes: number | undefined
  readonly seed: number | undefined
}

export const DEFAULT_HOMES = 12
export const DEFAULT_SEED = 1

/**
 * The street of a data folder: what the flags say in a new one, what it holds already in a used one.
 * Refuses (BadInput) flags that contradict each other or the street that is there.
 */
export function chooseStreet(folder: string, flags: StreetFlags): StreetChoice {
  if (flags.scenario !== undefined && (flags.homes !== undefined || flags.seed !== undefined)) {
    throw new BadInput({ detail: '--scenario names the homes and the seed; leave --homes and --seed out' })
  }
  const file = choiceFile(folder)
  if (!existsSync(file)) {
    return flags.scenario !== undefined
      ? { scenarioFile: resolve(flags.scenario) }
      : { homes: flags.homes ?? DEFAULT_HOMES, seed: flags.seed ?? DEFAULT_SEED }
  }
  const held = readChoice(file)
  const same =
    'scenarioFile' in held
      ? flags.homes === undefined &&
        flags.seed === undefined &&
        (flags.scenario === undefined || resolve(flags.scenario) === held.scenarioFile)
      : flags.scenario === undefined &&
        (flags.homes ?? held.homes) === held.homes &&
        (flags.seed ?? held.seed) === held.seed
  if (same) return held
  const what = 'scenarioFile' in held ? `--scenario ${held.scenarioFile}` : `--homes ${held.homes} --seed ${held.seed}`
  throw new BadInput({ detail: `${folder} holds another street: start it with ${what}, or name another folder` })
}

/** Notes in a data folder which street it holds from now on: durably, and whole or not at all. */
export function keepStreet(folder: string, choice: StreetChoice): void {
  const file = choiceFile(folder)
  writeFileSync(`${file}.part`, `${JSON.stringify(choice)}\n`, { flush: true })
  renameSync(`${file}.part`, file)
  if (process.platform === 'win32') return // it keeps names by itself, and opens no folder
  const names = openSync(folder, 'r')
  fsyncSync(names)
  closeSync(names)
}

const isChoice = Schema.is(
  Schema.Union([
    Schema.Struct({ scenarioFile: Schema.NonEmptyString }),
    Schema.Struct({
      homes: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
      seed: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    }),
  ]),
)

/** What the folder's file says; refused unless it is what `keepStreet` writes. */
function readChoice(file: string): StreetChoice {
  const text = readFileSync(file, 'utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (isChoice(value)) return value
  } catch {
    // not even JSON: refused below
  }
  const right = '{"scenarioFile":"…"} or {"homes":…,"seed":…}'
  throw new BadInput({ detail: `${file} holds ${JSON.stringify(text.slice(0, 80))}; it should hold ${right}` })
}

const choiceFile = (folder: string) => join(folder, 'street.json')
