import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Effect, type Scope } from 'effect'
import { BadInput } from './bad-input.ts'
import { lockFile } from './node-sqlite.ts'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * The folder that a street lives in: event log, chain, archive, keys and each meter's outbox. Without a name it is
 * a fresh one that goes when the scope closes, or by the next start where the process was killed. A named one stays, and belongs to one process at a time: refused with
 * BadInput while another one holds it.
 */
export const openDataFolder = (name: string | undefined): Effect.Effect<string, BadInput, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => (name === undefined ? temporaryFolder() : hold(name)),
      catch: (error) =>
        error instanceof BadInput
          ? error
          : new BadInput({ detail: `--data ${name}: ${(error as Error).message}; name a folder that can be written` }),
    }),
    ({ release }) => Effect.sync(release),
  ).pipe(Effect.map(({ folder }) => folder))

interface Held {
  readonly folder: string
  readonly release: () => void
}

function hold(name: string): Held {
  // else it would be the folder that one happens to stand in
  if (name === '') throw new BadInput({ detail: '--data is empty: name a folder that can be written' })
  const folder = resolve(name)
  makeFolder(folder)
  const release = lockFile(join(folder, 'lock'))
  if (release === null) {
    throw new BadInput({
      detail: `--data ${folder}: another process is running on it; stop that one or name another folder`,
    })
  }
  return { folder, release }
}

/** With the folders above it. One by one, because Node's own way never ends where none can be made, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause // another process was quicker
  }
}
