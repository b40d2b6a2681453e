import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Effect, Schema, type Scope } from 'effect'
import { canonicalJson } from '#protocol/canonical-json.ts'
import { keccak } from '#protocol/signing.ts'
import { holdFile } from '../outbox/node-sqlite.ts'
import { ControlJournalFailure } from './control-failure.ts'
import { type ControlJournal, type ControlRecord, ControlRecord as Record } from './control-journal.ts'

const FIRST_PREVIOUS: `0x${string}` = `0x${'0'.repeat(64)}`
const readRecord = Schema.decodeUnknownSync(Record)

/**
 * The journal in a file of one JSON document a line, held by this process alone and synced with each. A last line that
 * a crash cut short was never acted upon, and is cut off. Any other that does not follow from the one before it fails.
 */
export const openJournalFile = (file: string): Effect.Effect<ControlJournal, ControlJournalFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const attempt = <A>(step: () => A) =>
      Effect.try({
        try: step,
        catch: (cause) =>
          new ControlJournalFailure({ file, detail: cause instanceof Error ? cause.message : String(cause) }),
      })
    yield* holdFile(file).pipe(
      Effect.mapError(() => new ControlJournalFailure({ file, detail: 'another process holds it' })),
    )
    const descriptor = yield* Effect.acquireRelease(
      attempt(() => openSync(file, 'a+', 0o600)),
      (opened) => Effect.sync(() => closeSync(opened)),
    )
    yield* attempt(() => syncFolder(dirname(file)))
    const { records, length, head } = yield* attempt(() => readJournal(bytesOf(descriptor)))
    yield* attempt(() => ftruncateSync(descriptor, length))
    const kept: ControlRecord[] = [...records]
    let previousHash = head
    let end = length
    return {
      records: () => kept,
      append: (entry, timeMs) =>
        attempt(() => {
          const record: ControlRecord = { version: 1, sequence: kept.length + 1, timeMs, previousHash, entry }
          const text = canonicalJson(record)
          const line = Buffer.from(`${text}\n`)
          try {
            if (writeSync(descriptor, line) !== line.length) throw new Error('written in part only')
            fdatasyncSync(descriptor)
          } catch (cause) {
            ftruncateSync(descriptor, end) // else the next one would be written behind a part of this one
            throw cause
          }
          kept.push(record)
          previousHash = keccak(text)
          end += line.length
        }),
    }
  })

/** Some hundred thousand commands. */
const BYTES_MAX = 64 * 1_048_576

function bytesOf(descriptor: number): Buffer {
  const found = fstatSync(descriptor)
  if (!found.isFile() || found.size > BYTES_MAX) {
    throw new Error(`is no journal: expected a file of at most ${BYTES_MAX} bytes`)
  }
  return readFileSync(descriptor)
}

/** The records of a journal, where the last whole one ends, and its hash. Throws where one does not follow. */
function readJournal(bytes: Buffer): {
  readonly records: readonly ControlRecord[]
  readonly length: number
  readonly head: `0x${string}`
} {
  const length = bytes.lastIndexOf(0x0a) + 1
  const lines = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1)
  let head = FIRST_PREVIOUS
  const records = lines.map((line, i): ControlRecord => {
    const where = `line ${i + 1}`
    let record: ControlRecord
    try {
      record = readRecord(JSON.parse(line))
    } catch (cause) {
      throw new Error(`${where}: ${(cause as Error).message}`)
    }
    if (canonicalJson(record) !== line) throw new Error(`${where} is not spelled canonically`)
    if (record.sequence !== i + 1 || record.previousHash !== head)
      throw new Error(`${where} does not follow the one before`)
    head = keccak(line)
    return record
  })
  return { records, length, head }
}

/** Makes the name of a new file durable, too. Windows does so by itself, and cannot open a folder. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
