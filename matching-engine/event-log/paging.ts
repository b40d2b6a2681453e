import { Effect, Option, Stream } from 'effect'
import type { LoggedEvent } from '#protocol/market-event.ts'
import type { LogFailure } from './event-log.ts'

/** Events a page when a store is read, and at most one more append: bounds what a reader holds at a time. */
export const PAGE_LENGTH = 1_000

/** What a store shows its readers; both look only at what is durable. */
export interface PageSource {
  /** About `PAGE_LENGTH` events above a sequence, in order; empty at the end. */
  readonly pageAfter: (afterSequence: number) => Effect.Effect<readonly LoggedEvent[], LogFailure>
  /** The last sequence, 0 in an empty partition. */
  readonly lastSequence: Effect.Effect<number, LogFailure>
}

/** The events above a sequence up to the end as it was when reading began. */
export function readToEnd(source: PageSource, afterSequence: number): Stream.Stream<LoggedEvent, LogFailure> {
  return Stream.unwrap(
    Effect.map(source.lastSequence, (last) =>
      Stream.paginate(afterSequence, (after) => {
        if (after >= last) return Effect.succeed([[], Option.none<number>()] as const)
        return Effect.map(source.pageAfter(after), (page) => {
          const next = page.at(-1)?.sequence ?? last
          return [page.filter((logged) => logged.sequence <= last), Option.some(next)] as const
        })
      }),
    ),
  )
}

/**
 * The events above a sequence and then every later one. `nextGrowth` is asked before each page and gives the
 * effect that ends when the log has grown since: so an append between the page and the wait is never missed.
 */
export function follow(
  source: PageSource,
  afterSequence: number,
  nextGrowth: () => Effect.Effect<unknown>,
): Stream.Stream<LoggedEvent, LogFailure> {
  return Stream.paginate(afterSequence, (after) =>
    Effect.suspend(() => {
      const growth = nextGrowth()
      return Effect.flatMap(source.pageAfter(after), (page) => {
        const last = page.at(-1)
        if (last !== undefined) return Effect.succeed([page, Option.some(last.sequence)] as const)
        return Effect.as(growth, [[], Option.some(after)] as const)
      })
    }),
  )
}
