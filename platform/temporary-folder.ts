import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockFile } from './node-sqlite.ts'

const PREFIX = 'commonwatt-street-'
const NAME = /^commonwatt-street-[A-Za-z0-9]{6}$/
/** A process that has made its folder may not have locked it yet. */
const SETTLED_MS = 60_000

/** A folder for this process alone, and what removes it. Those that killed processes have left behind go first. */
export function temporaryFolder(parent = tmpdir()): { readonly folder: string; readonly release: () => void } {
  removeOrphans(parent)
  const folder = mkdtempSync(join(parent, PREFIX))
  const unlock = lockFile(join(folder, 'lock'))
  const release = () => {
    unlock?.()
    rmSync(folder, { recursive: true, force: true })
  }
  return { folder, release }
}

/** Only folders that are ours by name, owner and lock, and whose lock the system has let go of: nobody runs on them. */
function removeOrphans(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!NAME.test(name)) continue
    const folder = join(parent, name)
    try {
      if (!isAbandoned(folder)) continue
      const unlock = lockFile(join(folder, 'lock'))
      if (unlock === null) continue
      unlock()
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Somebody else's, or gone meanwhile: it is not worth a street.
    }
  }
}

function isAbandoned(folder: string): boolean {
  const found = lstatSync(folder)
  const lock = join(folder, 'lock')
  const isOurs = process.getuid === undefined || found.uid === process.getuid()
  const isSettled = found.isDirectory() && Date.now() - found.ctimeMs > SETTLED_MS
  return isOurs && isSettled && existsSync(lock) && lstatSync(lock).isFile()
}
