import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, Stream } from 'effect'
import { openSqliteEventLog } from '#matching-engine/index.ts'

/** The time of the last event that a data folder's log holds, Unix ms: where the clock goes on. 0 for a new one. */
export const lastTimeMs = Effect.fnUntraced(function* (folder: string, neighbourhood: string) {
  const file = join(folder, 'log.sqlite')
  if (!existsSync(file)) return 0
  const log = yield* openSqliteEventLog(file)
  return yield* Stream.runFold(
    log.read(neighbourhood, 0),
    () => 0,
    (last, { event }) => Math.max(last, event.timeMs),
  )
}, Effect.scoped)
