import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
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
  const held = JSON.parse(readFileSync(file, 'utf8')) as StreetChoice
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

/** Notes in a data folder which street it holds from now on. */
export function keepStreet(folder: string, choice: StreetChoice): void {
  writeFileSync(choiceFile(folder), `${JSON.stringify(choice)}\n`)
}

const choiceFile = (folder: string) => join(folder, 'street.json')
