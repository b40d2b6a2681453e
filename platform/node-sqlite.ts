import { DatabaseSync } from 'node:sqlite'

const SQLITE_BUSY = 5

/**
 * Locks a file (made if it is not there) for the caller alone, and gives what unlocks it; null if somebody else still
 * has it after `waitMs`. The system lets go of it when the process ends, however it ends.
 */
export function lockFile(file: string, waitMs = 0): (() => void) | null {
  const database = new DatabaseSync(file, { timeout: waitMs })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return () => database.close()
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null
    throw error
  }
}
