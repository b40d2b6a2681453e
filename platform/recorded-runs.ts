import { existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Effect, type Scope } from 'effect'
import {
  logSource,
  type NamePolicy,
  openRecording,
  openSqliteEventLog,
  RunHistory,
  type RunSource,
} from '#matching-engine/index.ts'
import { RECORDING_FILE } from '#protocol/picture/recording.ts'
import { BadInput } from './bad-input.ts'
import { wiresIn } from './kept-wires.ts'
import { netSlotPort } from './net-slot-port.ts'

/**
 * The runs of a folder, each folded once: the recording of `simulate --out`, or the neighbourhoods of a log that `start`
 * kept, which is only read. Fails with BadInput on a folder that holds neither, or cannot be read.
 */
export const recordedRuns = Effect.fnUntraced(function* (
  name: string,
  { flag, names }: { readonly flag: '--data' | '--with'; readonly names: NamePolicy },
) {
  const folder = resolve(name)
  const asInput = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.mapError(effect, ({ message }) => new BadInput({ detail: `${flag} ${name}: ${message}` }))
  const sources = yield* sourcesIn(folder, names).pipe(asInput)
  if (sources.length === 0) {
    const isFolder = existsSync(folder) && statSync(folder).isDirectory()
    const found = isFolder ? 'holds no recorded run' : 'is no folder'
    const right = "name one that 'start --data' or 'simulate --out' has written"
    return yield* new BadInput({ detail: `${flag} ${name} ${found}; ${right}` })
  }
  return yield* Effect.forEach(sources, (source) => {
    const history = new RunHistory({ source, netSlot: netSlotPort })
    return Effect.as(asInput(history.readAll), history)
  })
})

const sourcesIn: (
  folder: string,
  names: NamePolicy,
) => Effect.Effect<readonly RunSource[], { readonly message: string }, Scope.Scope> = Effect.fnUntraced(
  function* (folder, names) {
    const recording = join(folder, RECORDING_FILE)
    if (existsSync(recording)) return [yield* openRecording({ file: recording, names })]
    const logFile = join(folder, 'log.sqlite')
    if (!existsSync(logFile)) return []
    const log = yield* openSqliteEventLog(logFile, { access: 'read-only' })
    const grid = yield* Effect.try({ try: () => wiresIn(folder), catch: (error) => error as BadInput })
    const partitions = yield* log.partitions
    return partitions.map((partition) =>
      logSource({
        read: (afterSequence) => log.read(partition, afterSequence),
        name: partitions.length === 1 ? basename(folder) : `${basename(folder)}: ${partition}`,
        kind: 'recorded',
        names,
        grid,
      }),
    )
  },
)
