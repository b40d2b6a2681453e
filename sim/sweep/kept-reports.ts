import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import { hashOf } from '../simulation/hash-of.ts'
import type { SweepReport } from './sweep-pool.ts'

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
      const report = JSON.parse(readFileSync(file, 'utf8')) as SweepReport
      const { resultHash, ...rest } = report
      return hashOf(rest) === resultHash && `${report.scenarioHash}-${report.seed}` === key ? report : null
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
