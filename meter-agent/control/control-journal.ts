import type { Effect } from 'effect'
import { Schema } from 'effect'
import { DeviceCommand } from '#protocol/device-command.ts'
import { Address, Count, Hash32, Hex } from '#protocol/ids.ts'
import type { RegisterWrite } from '../drivers/bus.ts'
import type { ControlJournalFailure } from './control-failure.ts'

/** Registers and their words, four hexadecimal digits each, as they are recorded. */
const RecordedRegisters = Schema.Struct({
  unit: Count,
  address: Count,
  hex: Schema.String.check(Schema.isPattern(/^(?:[0-9a-f]{4}){1,125}$/)),
})
type RecordedRegisters = typeof RecordedRegisters.Type

/** Why a device is put back. */
const RevertReason = Schema.Literals([
  'expired',
  'released',
  'superseded',
  'stopped',
  'crashed',
  'reconnected',
  'failed',
])
export type RevertReason = typeof RevertReason.Type

/** A command that was accepted: on disk before the first register is written, with what puts the device back. */
const Commanded = Schema.Struct({
  event: Schema.Literal('commanded'),
  digest: Hash32,
  command: DeviceCommand,
  signature: Hex,
  url: Schema.String,
  /** what has to read so for it to be the same device */
  identity: Schema.Array(RecordedRegisters),
  writes: Schema.Array(RecordedRegisters),
  revert: Schema.Array(RecordedRegisters),
})
export type Commanded = typeof Commanded.Type

/** What still counts of all the records before it: the first one of a journal that does not begin with record 1. */
const Continued = Schema.Struct({
  event: Schema.Literal('continued'),
  /** the last nonce of each account */
  nonces: Schema.Record(Address, Count),
  /** the commands whose registers devices may still hold */
  active: Schema.Array(Commanded),
  /** which devices were told something in the minute before, and when */
  changes: Schema.Array(Schema.Struct({ deviceId: Schema.String, timeMs: Count })),
})
export type Continued = typeof Continued.Type

/** What happened to a command, or to all of them so far. */
const ControlEntry = Schema.Union([
  Continued,
  Commanded,
  /** all of its registers were written, and hold what was written */
  Schema.Struct({ event: Schema.Literal('applied'), digest: Hash32 }),
  Schema.Struct({ event: Schema.Literal('failed'), digest: Hash32, detail: Schema.String }),
  Schema.Struct({ event: Schema.Literal('reverting'), digest: Hash32, reason: RevertReason }),
  Schema.Struct({ event: Schema.Literal('reverted'), digest: Hash32 }),
])
export type ControlEntry = typeof ControlEntry.Type

/** An entry as it is kept: each carries the hash of the one before, so that none can be left out or changed. */
export const ControlRecord = Schema.Struct({
  version: Schema.Literal(1),
  /** counts all records ever, without a gap */
  sequence: Count,
  timeMs: Count,
  /** keccak256 of the canonical JSON of the record before; 32 zero bytes for the first */
  previousHash: Hash32,
  entry: ControlEntry,
})
export type ControlRecord = typeof ControlRecord.Type

/** The record of what devices were told. Appended before a register is written, and again when it is known how that went. */
export interface ControlJournal {
  /** All that was recorded so far, in order; where that was much, from a `continued` on. */
  readonly records: () => readonly ControlRecord[]
  /** On disk when it returns. */
  readonly append: (entry: ControlEntry, timeMs: number) => Effect.Effect<void, ControlJournalFailure>
}

export const recordedRegisters = ({ unit, address, words }: RegisterWrite): RecordedRegisters => ({
  unit,
  address,
  hex: hexOf(words),
})

export const writeOf = ({ unit, address, hex }: RecordedRegisters): RegisterWrite => ({
  unit,
  address,
  words: (hex.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16)),
})

/** Words as four hexadecimal digits each. */
export const hexOf = (words: readonly number[]): string =>
  words.map((word) => word.toString(16).padStart(4, '0')).join('')
