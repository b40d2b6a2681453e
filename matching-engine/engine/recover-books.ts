import { COMMAND_BYTES, CommandBuffer } from '../book/command-buffer.ts'
import { type LogBatch, lastSequenceOf } from '../event-log/log-batch.ts'
import type { BatchFile } from '../event-log/node-sqlite.ts'
import type { Books } from './books.ts'

/** How a partition's state was found again. */
export interface Recovery {
  /** the last command */
  readonly sequence: number
  /** what the snapshot covers that the rest was run on; 0 without one */
  readonly snapshotSequence: number
}

interface Journal {
  readonly file: BatchFile
  readonly partition: string
}

/**
 * Brings new books to where a journal ends: the newest snapshot that is intact, then every command after it. Throws
 * Error with words for people where a batch is torn or missing, or cannot be run.
 */
export function recoverBooks(journal: Journal, books: Books): Recovery {
  const snapshotSequence = restoreNewest(journal, books)
  const sequence = replayBooks(journal, books, snapshotSequence)
  const end = journal.file.head(journal.partition)
  if (sequence === end) return { sequence, snapshotSequence }
  throw new Error(`the journal ends at ${end}, before its snapshot of ${sequence}`)
}

/** Runs every command after a sequence, up to which the books are; gives the last one. Throws as `recoverBooks`. */
export function replayBooks({ file, partition }: Journal, books: Books, afterSequence: number): number {
  let commands = new CommandBuffer()
  let sequence = afterSequence
  for (const batch of file.batchesAfter(partition, afterSequence)) {
    if (commands.outcomes.length < batch.count) commands = new CommandBuffer(batch.count)
    // A snapshot may have been taken between two submits of one group.
    const last = load(commands, batch, sequence)
    inWords(`commands ${sequence + 1} to ${last} cannot be run`, () => books.run(commands))
    sequence = last
  }
  return sequence
}

/** The sequence of the snapshot that the books now have; 0 if none is intact. */
function restoreNewest({ file, partition }: Journal, books: Books): number {
  for (const { sequence, parts } of file.snapshots(partition)) {
    const bytes = Array.from({ length: parts }, (_, part) => file.snapshotPart({ partition, sequence, part }))
    const intact = bytes.filter((part) => part !== null)
    if (intact.length < parts) continue
    inWords(`the snapshot of command ${sequence} cannot be read`, () => books.restore(Buffer.concat(intact)))
    return sequence
  }
  return 0
}

/** Loads the commands of a batch after a sequence; gives the last one's. */
function load(commands: CommandBuffer, batch: LogBatch, afterSequence: number): number {
  const { partition, encoding, bytes, count, firstSequence } = batch
  if (encoding !== 'commands' || bytes.length !== count * COMMAND_BYTES) {
    throw new Error(`${partition} is a log of events, not a journal of commands`)
  }
  const known = afterSequence + 1 - firstSequence
  new Uint8Array(commands.words.buffer).set(bytes.subarray(known * COMMAND_BYTES))
  commands.length = count - known
  return lastSequenceOf(batch)
}

function inWords(what: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
