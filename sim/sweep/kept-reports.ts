import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import { hashOf } from '../simulation/hash-of.ts'
import type { SweepReport } from './simulation-thread.ts'
import { keyOf } from './sweep-jobs.ts'

/** A report from elsewhere, if it is that of a run by its key, and whole; else null. */
export function reportOf(key: string, from: unknown): SweepReport | null {
  const report = from as SweepReport
  const { resultHash, ...rest } = report
  return keyOf(report) === key && hashOf(rest) === resultHash ? report : null
}

/**
 * What the runs of a sweep came to, a file each in a folder, named by its key: whoever sweeps again goes on where it
 * was. A file whose hash does not fit what it says is as good as none.
 */
export class KeptReports {
  readonly #folder: string

  /** Makes the folder if it is not there; throws what the file system says. */
  constructor(folder: string) {
    this.#folder = folder
    makeFolder(folder)
  }

  /** What a run came to earlier; null if it is not kept. */
  read(key: string): SweepReport | null {
    const file = this.#file(key)
    if (!existsSync(file)) return null
    try {
      return reportOf(key, JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return null
    }
  }

  /** Keeps what a run came to, whole or not at all. */
  keep(key: string, report: SweepReport): void {
    const file = this.#file(key)
    writeFileSync(`${file}.part`, `${JSON.stringify(report)}\n`)
    renameSync(`${file}.part`, file)
  }

  #file(key: string): string {
    return join(this.#folder, `${key}.json`)
  }
}
