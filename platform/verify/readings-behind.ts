import { Effect, Stream } from 'effect'
import { COUNTS_ANEW } from '#protocol/reading-quality.ts'
import { type Evidence, eventPlace } from './evidence.ts'
import type { ProofFailed } from './proof-failed.ts'
import { proving } from './proving.ts'
import type { Logged } from './trade-story.ts'

/** The readings of one device that a statement rests on, and what came before them. */
export interface ReadingsBehind {
  /** from the statement's first to its last, those that were published */
  readonly readings: readonly Logged<'ReadingAccepted'>[]
  /** the last one before them */
  readonly before: Logged<'ReadingAccepted'> | null
  /** whether a counter of the device ever went back before them: then they may count from an offset */
  readonly afterReset: boolean
}

/** Finds the readings of the named devices between two sequences, in one pass over the log. */
export const readingsBehind = (
  evidence: Evidence,
  ranges: ReadonlyMap<string, { readonly first: number; readonly last: number }>,
): Effect.Effect<ReadonlyMap<string, ReadingsBehind>, ProofFailed> =>
  Effect.gen(function* () {
    const found = new Map(
      [...ranges.keys()].map((deviceId) => [
        deviceId,
        { readings: [] as Logged<'ReadingAccepted'>[], before: null as ReadingsBehind['before'], afterReset: false },
      ]),
    )
    yield* Stream.runForEach(evidence.events, (logged) =>
      proving({ step: 'log', place: eventPlace(logged) }, () => {
        const { sequence, event } = logged
        if (event.type !== 'ReadingAccepted') return
        const { body } = event.reading
        const range = ranges.get(body.deviceId)
        const behind = found.get(body.deviceId)
        if (range === undefined || behind === undefined || body.sequence > range.last) return
        if (body.sequence >= range.first) behind.readings.push({ sequence, event })
        else {
          behind.before = { sequence, event }
          if ((body.quality & COUNTS_ANEW) !== 0) behind.afterReset = true
        }
      }),
    )
    return found
  })
