import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, Stream } from 'effect'
import { localChainTimeMs } from '#contracts/index.ts'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import { lastReadingTimeMs } from '#meter-agent/index.ts'

/**
 * Where the clock of a data folder goes on, Unix ms; 0 for a new one. Each part may have been the last to write before
 * a crash, and time goes back for none: neither the log's last event, nor the chain's last block, nor any reading that
 * a home took but had not sent.
 */
export const lastTimeMs = Effect.fnUntraced(function* (folder: string, neighbourhood: string) {
  const outboxes = existsSync(join(folder, 'outboxes')) ? readdirSync(join(folder, 'outboxes')) : []
  const times = yield* Effect.all([
    lastEventTimeMs(join(folder, 'log.sqlite'), neighbourhood),
    localChainTimeMs(folder),
    ...outboxes
      .filter((name) => name.endsWith('.sqlite'))
      .map((name) => lastReadingTimeMs(join(folder, 'outboxes', name))),
  ])
  return Math.max(...times)
})

/** The log's time never runs back, so its last event's is the latest. */
const lastEventTimeMs = Effect.fnUntraced(function* (file: string, neighbourhood: string) {
  if (!existsSync(file)) return 0
  const log = yield* openSqliteEventLog(file)
  const head = yield* log.head(neighbourhood)
  return yield* Stream.runFold(
    log.read(neighbourhood, Math.max(0, head - 1)),
    () => 0,
    (_, { event }) => event.timeMs,
  )
}, Effect.scoped)
