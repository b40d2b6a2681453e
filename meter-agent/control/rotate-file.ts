import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const beginning = (file: string): string => `${file}.part`
/** Where the lines that a file has begun anew without are kept, until the next time. */
const before = (file: string): string => `${file}.before`

/**
 * Begins a file anew with a line that is on disk before the file is put aside; gives the descriptor that more is appended
 * by. A crash leaves the old file or the new one, or neither and the beginning of the new one, which `finishRotation` then
 * puts in its place.
 */
export function rotateFile(file: string, line: Uint8Array): number {
  rmSync(beginning(file), { force: true })
  const descriptor = openSync(beginning(file), 'ax', 0o600)
  try {
    if (writeSync(descriptor, line) !== line.length) throw new Error('written in part only')
    fsyncSync(descriptor)
    renameSync(file, before(file))
    renameSync(beginning(file), file)
    syncFolder(dirname(file))
    return descriptor
  } catch (cause) {
    closeSync(descriptor)
    throw cause
  }
}

/** Before a file is opened: ends what a crash has cut short. */
export function finishRotation(file: string): void {
  if (!existsSync(file) && existsSync(beginning(file))) renameSync(beginning(file), file)
}

/** Makes the name of a new file durable, too. Windows does so by itself, and cannot open a folder. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
