import { accessSync, constants, statfsSync } from 'node:fs'
import type { Settler } from '#contracts/index.ts'

/** How long settlement may fail before the process counts as not ready: a node that starts again is quicker. */
const SETTLEMENT_FAILING_MS_MAX = 5 * 60_000
/** Below this the log is about to have no room. */
const FREE_BYTES_MIN = 16 * 1024 * 1024

/** What keeps a street's parts from their work, a sentence each: its log's file and disk, its settlement. */
export function troublesOf(parts: {
  readonly folder: string
  readonly logFile: string
  readonly settler: Pick<Settler, 'failing'>
  readonly wallNowMs: number
}): readonly string[] {
  const { folder, logFile, settler, wallNowMs } = parts
  const troubles: string[] = []
  try {
    accessSync(logFile, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize < FREE_BYTES_MIN) troubles.push(`${folder} has ${bavail * bsize} bytes left for the log`)
  } catch (error) {
    troubles.push(`the log cannot be written: ${(error as Error).message}`)
  }
  const failing = settler.failing()
  if (failing !== null && wallNowMs - failing.sinceMs > SETTLEMENT_FAILING_MS_MAX) {
    const minutes = Math.floor((wallNowMs - failing.sinceMs) / 60_000)
    troubles.push(`settlement has failed for ${minutes} minutes: ${failing.reason}`)
  }
  return troubles
}
