import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'

/** More than the write-ahead log may hold when it is brought into the database, which grows by as much. */
const RESERVE_BYTES = 2_097_152
/** Pages of 4 KiB after which the write-ahead log is brought into the database: less than the reserve. */
export const CHECKPOINT_PAGES = 400
/** SQLite's result code for a disk, or a quota, that is full. */
const SQLITE_FULL = 13

/** Room on the disk that is kept for the day when there is none: a file of zeros beside the database. */
export interface Reserve {
  /** Takes the room, if it is not taken yet; whether it is taken now. */
  readonly take: () => boolean
  readonly give: () => void
}

export function reserveBeside(file: string): Reserve {
  const path = `${file}.reserve`
  const give = (): void => rmSync(path, { force: true })
  return {
    give,
    take: () => {
      if (statSync(path, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return true
      const opened = openSync(path, 'w', 0o600)
      let isWhole = false
      try {
        isWhole = writeSync(opened, new Uint8Array(RESERVE_BYTES)) === RESERVE_BYTES
        fsyncSync(opened)
      } catch {
        isWhole = false // no room for it: another time
      } finally {
        closeSync(opened)
      }
      if (!isWhole) give()
      return isWhole
    },
  }
}

/**
 * Does a step of writing again while the disk is full, each time with the older half of the readings gone: what they
 * leave in the database is written again. The first time the reserve is given for what still stands in the write-ahead
 * log, and the database is kept from growing. Statements, sessions and nonces are never given up. Throws what the step
 * throws when there is nothing left to give.
 */
export function withRoom<A>(
  step: () => A,
  home: {
    /** brings the write-ahead log into the database, and lets that grow no more */
    readonly settle: () => void
    /** deletes the older half of the readings; how many there were */
    readonly thin: () => number
  },
): A {
  for (;;) {
    try {
      return step()
    } catch (cause) {
      if ((cause as { errcode?: unknown } | null)?.errcode !== SQLITE_FULL) throw cause
      home.settle()
      if (home.thin() === 0) throw cause
    }
  }
}
