import { Data, type Stream } from 'effect'
import type { Tariff } from '#protocol/market-rules.ts'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import type { Run } from '#protocol/picture/run.ts'
import type { NamePolicy } from '../picture/picture-events.ts'
import type { RunEntry } from './run-entry.ts'

/** What a run is kept in cannot be read: torn, gone, written by another version. */
export class RunUnreadable extends Data.TaggedError('RunUnreadable')<{
  readonly name: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.name}: ${this.detail}`
  }
}

/** Where the entries of a run are read again and again. */
export interface RunSource {
  readonly name: string
  readonly kind: Run['kind']
  readonly names: NamePolicy
  /** what a log does not tell; a recording tells itself */
  readonly grid: PictureGrid | null
  /** the supplier's tariff in a slot, where that is not the market rules' */
  readonly tariffOf?: (slot: number) => Tariff | undefined
  /** the entries above a sequence that are there now, in order, in pieces that may be taken at once; ends */
  readonly read: (afterSequence: number) => Stream.Stream<RunEntry, RunUnreadable>
}
