import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, Schema } from 'effect'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import { BadInput } from './bad-input.ts'

const Whole = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const isGrid = Schema.is(
  Schema.Struct({
    parents: Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(-1))),
    ratedW: Schema.Array(Whole),
    busOfHome: Schema.Array(Whole),
  }),
)

/** The wires that a data folder keeps for its page; null where it has none. Throws BadInput on a damaged file. */
export function wiresIn(folder: string): PictureGrid | null {
  const file = fileIn(folder)
  if (!existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (isGrid(value)) return value
  } catch {
    // not even JSON: refused below
  }
  throw new BadInput({
    detail: `${file} holds ${JSON.stringify(text.slice(0, 80))}; delete it, and the next start makes it anew`,
  })
}

/** The wires of a data folder: those that it keeps, or new ones, which it keeps from now on. */
export const keptWires = <E>(
  folder: string,
  make: Effect.Effect<PictureGrid, E>,
): Effect.Effect<PictureGrid, E | BadInput> =>
  Effect.gen(function* () {
    const kept = yield* Effect.try({ try: () => wiresIn(folder), catch: (error) => error as BadInput })
    if (kept !== null) return kept
    const wires = yield* make
    const file = fileIn(folder)
    writeFileSync(`${file}.part`, `${JSON.stringify(wires)}\n`)
    renameSync(`${file}.part`, file)
    return wires
  })

const fileIn = (folder: string) => join(folder, 'wires.json')
