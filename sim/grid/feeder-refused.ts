import { Data, type Effect } from 'effect'
import { orRefused, refusedInFile } from '../refused-in-file.ts'

/** Why a feeder was not taken: where, what stands there, and what would be right. */
export class FeederRefused extends Data.TaggedError('FeederRefused')<{
  /** The file as it was named, or the name of a built-in feeder. */
  readonly file: string
  /** The place in it: `lines.3.r1Ohm`, or empty for the whole file. */
  readonly field: string
  /** What stands there. */
  readonly value: string
  /** What would be right. */
  readonly expected: string
}> {
  override get message(): string {
    return refusedInFile(this)
  }
}

/** Runs what may throw FeederRefused; anything else it throws is a defect. */
export const feederOr = <A>(build: () => A): Effect.Effect<A, FeederRefused> => orRefused(FeederRefused, build)
