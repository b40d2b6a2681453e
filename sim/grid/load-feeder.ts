import type { Effect } from 'effect'
import { textOf } from '../text-file.ts'
import { decodeFeeder } from './decode-feeder.ts'
import type { Feeder } from './feeder.ts'
import { FeederRefused, feederOr } from './feeder-refused.ts'
import { type FeederTree, feederTree } from './feeder-tree.ts'
import { ieeeEuropeanLv } from './feeders/ieee-european-lv.ts'
import { streetFeeder, streetKinds } from './feeders/street-feeder.ts'

const FEEDER_BYTES_MAX = 64 * 1_048_576

/** Feeders that need no file, by name. */
const builtIn = new Map<string, () => Feeder>([
  ['ieee-european-lv', ieeeEuropeanLv],
  ...streetKinds.map((kind) => [kind, () => streetFeeder({ kind })] as const),
])

/** The names of the built-in feeders. */
export const BUILT_IN_FEEDERS: readonly string[] = [...builtIn.keys()]

/** The feeder of a file, or a built-in one by its name, and its tree. */
export function loadFeeder(
  file: string,
): Effect.Effect<{ readonly feeder: Feeder; readonly tree: FeederTree }, FeederRefused> {
  return feederOr(() => {
    const feeder = builtIn.get(file)?.() ?? decodeFeeder({ file, text: textOfFeeder(file) })
    return { feeder, tree: feederTree(feeder, { file }) }
  })
}

function textOfFeeder(file: string): string {
  try {
    return textOf(file, FEEDER_BYTES_MAX)
  } catch (error) {
    const expected = `a file that can be read, or one of ${BUILT_IN_FEEDERS.join(', ')}`
    throw new FeederRefused({ file, field: '', value: (error as Error).message, expected })
  }
}
