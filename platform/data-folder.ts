import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Effect, type Scope } from 'effect'
import { BadInput } from './bad-input.ts'

/**
 * The folder that a street lives in: event log, chain, archive, keys and each meter's outbox. Without a name it is
 * a fresh one that goes when the scope closes. A named one stays, and belongs to one process at a time: refused with
 * BadInput while another one that is alive holds it.
 */
export const openDataFolder = (name: string | undefined): Effect.Effect<string, BadInput, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => (name === undefined ? mkdtempSync(join(tmpdir(), 'commonwatt-')) : hold(resolve(name))),
      catch: (error) =>
        error instanceof BadInput
          ? error
          : new BadInput({ detail: `--data ${name}: ${(error as Error).message}; name a folder that can be written` }),
    }),
    (folder) =>
      Effect.sync(() => rmSync(name === undefined ? folder : join(folder, 'owner'), { recursive: true, force: true })),
  )

function hold(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const owner = join(folder, 'owner')
  const other = ownerOf(owner)
  if (other !== null && other !== process.pid && isAlive(other)) {
    throw new BadInput({
      detail: `--data ${folder}: process ${other} is running on it; stop that one or name another folder`,
    })
  }
  writeFileSync(owner, `${process.pid}\n`)
  return folder
}

function ownerOf(file: string): number | null {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || null
  } catch {
    return null // nobody has held it, or the last one let go
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
