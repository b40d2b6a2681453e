import { hash } from 'node:crypto'
import { encodeJson } from './event-lines.ts'
import type { LogBatch } from './log-batch.ts'

/** A row of the schema before this one: one event. */
export interface EventRow {
  readonly partition: string
  readonly sequence: number
  readonly event: string
  readonly checksum: string
}

/** Events a batch when a file is rewritten. */
const EVENTS_A_BATCH = 1_000

/** The batches that hold the same events, byte for byte. Throws at the first event that is torn or missing. */
export function* batchesOfRows(rows: Iterable<EventRow>): Generator<LogBatch> {
  let held: EventRow[] = []
  for (const row of rows) {
    const last = held.at(-1)
    requireIntact(row, last?.partition === row.partition ? last.sequence + 1 : 1)
    if (last !== undefined && (last.partition !== row.partition || held.length === EVENTS_A_BATCH)) {
      yield batchOf(held)
      held = []
    }
    held.push(row)
  }
  if (held.length > 0) yield batchOf(held)
}

function requireIntact({ partition, sequence, event, checksum }: EventRow, next: number): void {
  if (sequence !== next) throw new Error(`event ${next} of ${partition} is missing: the next one is ${sequence}`)
  if (hash('sha256', `${partition}/${sequence}/${event}`) === checksum) return
  throw new Error(`event ${sequence} of ${partition} is torn: it does not fit its checksum`)
}

function batchOf(rows: readonly EventRow[]): LogBatch {
  const [{ partition, sequence }] = rows as [EventRow]
  const bytes = encodeJson(rows.map(({ event }) => event))
  return { partition, firstSequence: sequence, count: rows.length, encoding: 'events', bytes }
}
