import { Stream } from 'effect'
import type { LoggedEvent } from '#protocol/market-event.ts'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import type { LogFailure } from '../event-log/event-log.ts'
import type { NamePolicy } from '../picture/picture-events.ts'
import { type RunSource, RunUnreadable } from './run-source.ts'

/** What is folded before others of this process get their turns: some 5 ms. */
const PIECE_LENGTH = 250

/** A partition of an event log as a run: one that lives, or has been recorded. */
export function logSource(options: {
  /** the events above a sequence that are there now, in order; ends */
  readonly read: (afterSequence: number) => Stream.Stream<LoggedEvent, LogFailure>
  readonly name: string
  readonly kind: 'live' | 'recorded'
  readonly names: NamePolicy
  readonly grid: PictureGrid | null
}): RunSource {
  const { read, ...about } = options
  return {
    ...about,
    read: (afterSequence) =>
      read(afterSequence).pipe(
        Stream.mapError(({ detail }) => new RunUnreadable({ name: about.name, detail })),
        Stream.rechunk(PIECE_LENGTH),
      ),
  }
}
