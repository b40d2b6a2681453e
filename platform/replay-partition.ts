import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Console, Effect, Option, Stream } from 'effect'
import { openSqliteEventLog, stateHash } from '#matching-engine/index.ts'
import { applyEvent } from '#protocol/apply-event.ts'
import { emptyStreet } from '#protocol/street.ts'
import { BadInput } from './bad-input.ts'

/** Folds a partition's log from its beginning, up to and with `to` where it is named. */
const fold = Effect.fnUntraced(function* (given: {
  readonly partition: string
  readonly data: string
  readonly to: number | undefined
}) {
  const file = join(resolve(given.data), 'log.sqlite')
  if (!existsSync(file)) {
    return yield* new BadInput({ detail: `--data ${given.data}: holds no event log; name a folder that 'start' kept` })
  }
  const log = yield* openSqliteEventLog(file)
  const partitions = yield* log.partitions
  if (!partitions.includes(given.partition)) {
    const there = partitions.length === 0 ? 'none' : partitions.join(', ')
    return yield* new BadInput({ detail: `${given.partition} is not in this log; there is ${there}` })
  }
  const { to = Number.MAX_SAFE_INTEGER } = given
  const street = emptyStreet()
  yield* log.read(given.partition, 0).pipe(
    Stream.takeWhile(({ sequence }) => sequence <= to),
    Stream.runForEach((event) => Effect.sync(() => applyEvent(street, event))),
  )
  if (given.to !== undefined && street.sequence < given.to) {
    return yield* new BadInput({ detail: `--to ${given.to}: the log ends at ${street.sequence}` })
  }
  return street
})

/** Prints the hash and a summary of what a log folds to. Fails with BadInput on what is not there. */
export const replayPartition = Effect.fnUntraced(function* (given: {
  readonly partition: string
  readonly data: string
  readonly to: Option.Option<number>
  readonly json: boolean
}) {
  const { partition, data, to, json } = given
  const street = yield* fold({ partition, data, to: Option.getOrUndefined(to) })
  const { counts, homes, slots, batches } = street
  const summary = {
    partition,
    sequence: street.sequence,
    timeMs: street.timeMs,
    stateHash: stateHash(street),
    homes: homes.size,
    slots: slots.size,
    batches: batches.size,
    ...counts,
  }
  yield* json
    ? Console.log(JSON.stringify(summary))
    : Console.log(
        Object.entries(summary)
          .map(([name, value]) => `${name.padEnd(14)} ${value}`)
          .join('\n'),
      )
}, Effect.scoped)
