import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { loadAccountKey } from '#meter-agent/index.ts'
import { BadInput } from '../bad-input.ts'

/** What seals a node's archives, and opens them, by its name in the folder of keys. */
export const ARCHIVE_KEY = 'archive'

/** The key of a data folder's archives; null where the folder was handed on without it. BadInput if it is there and no key. */
export const archiveKeyIn = (folder: string): Effect.Effect<`0x${string}` | null, BadInput> => {
  const file = join(folder, 'keys', ARCHIVE_KEY)
  if (!existsSync(file)) return Effect.succeed(null)
  return Effect.mapError(loadAccountKey(pathToFileURL(file).href), ({ message }) => new BadInput({ detail: message }))
}
