import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { Effect, Schema, type Scope } from 'effect'
import { canonicalJson } from '#protocol/canonical-json.ts'
import { keccak } from '#protocol/signing.ts'
import { causeWords } from '../cause-words.ts'
import { holdFile } from '../outbox/node-sqlite.ts'
import { ControlJournalFailure } from './control-failure.ts'
import {
  type ControlEntry,
  type ControlJournal,
  type ControlRecord,
  ControlRecord as Record,
} from './control-journal.ts'
import { continued } from './control-state.ts'
import { finishRotation, rotateFile, syncFolder } from './rotate-file.ts'

const FIRST_PREVIOUS: `0x${string}` = `0x${'0'.repeat(64)}`
const readRecord = Schema.decodeUnknownSync(Record)

/** A file of so many bytes is put aside, and the next one goes on from it: the last few hundred commands are kept. */
const ROTATED_AT_BYTES = 1_048_576

/**
 * The journal in a file of one JSON document a line, held by this process alone and synced with each. A last line that
 * a crash cut short was never acted upon, and is cut off. Any other that does not follow from the one before it fails.
 * From a mebibyte on the file is put aside (`.before`), and another one goes on with all that still counts.
 */
export const openJournalFile = (file: string): Effect.Effect<ControlJournal, ControlJournalFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const attempt = <A>(step: () => A) =>
      Effect.try({
        try: step,
        catch: (cause) => new ControlJournalFailure({ file, detail: causeWords(cause) }),
      })
    yield* holdFile(file).pipe(
      Effect.mapError(() => new ControlJournalFailure({ file, detail: 'another process holds it' })),
    )
    yield* attempt(() => finishRotation(file))
    let descriptor = yield* attempt(() => openSync(file, 'a+', 0o600))
    yield* Effect.addFinalizer(() => Effect.sync(() => closeSync(descriptor)))
    yield* attempt(() => syncFolder(dirname(file)))
    const { records, length, head } = yield* attempt(() => readJournal(bytesOf(descriptor)))
    yield* attempt(() => ftruncateSync(descriptor, length))
    let kept: ControlRecord[] = [...records]
    let previousHash = head
    let end = length

    const next = (entry: ControlEntry, timeMs: number) => {
      const sequence = (kept.at(-1)?.sequence ?? 0) + 1
      const record: ControlRecord = { version: 1, sequence, timeMs, previousHash, entry }
      const text = canonicalJson(record)
      return { record, line: Buffer.from(`${text}\n`), hash: keccak(text) }
    }
    const rotate = (timeMs: number): void => {
      const { record, line, hash } = next(continued(kept, timeMs), timeMs)
      const opened = rotateFile(file, line)
      closeSync(descriptor)
      descriptor = opened
      kept = [record]
      previousHash = hash
      end = line.length
    }
    return {
      records: () => kept,
      append: (entry, timeMs) =>
        attempt(() => {
          if (end >= ROTATED_AT_BYTES) rotate(timeMs)
          const { record, line, hash } = next(entry, timeMs)
          try {
            if (writeSync(descriptor, line) !== line.length) throw new Error('written in part only')
            fdatasyncSync(descriptor)
          } catch (cause) {
            ftruncateSync(descriptor, end) // else the next one would be written behind a part of this one
            throw cause
          }
          kept.push(record)
          previousHash = hash
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
  let sequence = 0
  const records = lines.map((line, i): ControlRecord => {
    const where = `line ${i + 1}`
    let record: ControlRecord
    try {
      record = readRecord(JSON.parse(line))
    } catch (cause) {
      throw new Error(`${where}: ${(cause as Error).message}`)
    }
    if (canonicalJson(record) !== line) throw new Error(`${where} is not spelled canonically`)
    const isFirst = i === 0 && record.entry.event === 'continued'
    if (!isFirst && (record.sequence !== sequence + 1 || record.previousHash !== head))
      throw new Error(`${where} does not follow the one before`)
    sequence = record.sequence
    head = keccak(line)
    return record
  })
  return { records, length, head }
}
