import { Data, type Effect } from 'effect'
import { orRefused, refusedInFile } from '../refused-in-file.ts'

/** Why a scenario, or a file it names, was not taken: where, what stands there, and what would be right. */
export class ScenarioRefused extends Data.TaggedError('ScenarioRefused')<{
  /** The file as it was named, or `--homes` and the like where there is none. */
  readonly file: string
  /** The place in it: `homes.3.roof.peakKw`, `line 17, column timestamp`, or empty for the whole file. */
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

/** Runs what may throw ScenarioRefused; anything else it throws is a defect. */
export const refusable = <A>(build: () => A): Effect.Effect<A, ScenarioRefused> => orRefused(ScenarioRefused, build)
