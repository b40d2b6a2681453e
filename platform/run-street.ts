import { Effect } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { LiveStreet } from './live/live-street.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

/** How often the engine looks at the clock, in clock ms, and the least wall ms between. */
const ADVANCE_EVERY_MS = 10 * SECOND_MS
const ADVANCE_WALL_MS_MIN = 50

/** Each reading and order is signed and checked, a few ms in all: the more homes, the longer each one waits. Wall ms. */
const WALL_MS_PER_HOME = { poll: 40, trade: 80 }

/**
 * How often, in clock ms, a home reads its meter and trades: every 10 s and every minute on a real clock; on a fast
 * one at most twice and once a wall second, and 25 and 12 times for the whole street, but always twice and once a
 * slot. Polls divide the slot, so that one falls right behind each boundary.
 */
export function paceOf(options: { readonly speed: number; readonly slotMinutes: number; readonly homes: number }): {
  readonly pollEveryMs: number
  readonly tradeEveryMs: number
} {
  const { speed, homes } = options
  const slotMs = options.slotMinutes * MINUTE_MS
  const everyMs = (wished: number, parts: number) => {
    let count = Math.max(parts, Math.floor(slotMs / wished))
    while (slotMs % (count * SECOND_MS) !== 0 && count > parts) count--
    return slotMs / count
  }
  return {
    pollEveryMs: everyMs(Math.max(10 * SECOND_MS, speed * Math.max(500, WALL_MS_PER_HOME.poll * homes)), 2),
    tradeEveryMs: everyMs(Math.max(MINUTE_MS, speed * Math.max(SECOND_MS, WALL_MS_PER_HOME.trade * homes)), 1),
  }
}

/** How often the chain is asked about the homes, their devices and funds, and after a failure, wall ms. */
const HOMES_WALL_MS = { every: 250, retry: 2_000 }

/** How long the outboxes get to be emptied when the street stops, wall ms. What stays in them is sent next time. */
const FAREWELL_WALL_MS = 2_000

/**
 * Sets a street moving, for ever: the engine by the clock, agents, settlement. Fails when the log does. Interrupted,
 * it takes no new orders, hands over what the meters have said, and ends.
 */
export const runStreet = (live: LiveStreet, clock: Clock) =>
  Effect.gen(function* () {
    const { neighbourhood, homes, settler } = live
    const slotMinutes = neighbourhood.street.rules?.slotMinutes ?? 15
    const pace = paceOf({ speed: clock.speed, slotMinutes, homes: homes.length })
    const engine = Effect.suspend(() => {
      const nowMs = clock.nowMs()
      return Effect.andThen(neighbourhood.advance(nowMs), live.estimateMissing(nowMs))
    }).pipe(Effect.andThen(Effect.sleep(Math.max(ADVANCE_WALL_MS_MIN, ADVANCE_EVERY_MS / clock.speed))), Effect.forever)
    const aboutHomes = Effect.suspend(() => live.lookAtHomes(clock.nowMs())).pipe(
      Effect.matchEffect({
        onSuccess: () => Effect.sleep(HOMES_WALL_MS.every),
        onFailure: ({ message }) =>
          Effect.andThen(
            Effect.logWarning(`devices and funds are not known: ${message}`),
            Effect.sleep(HOMES_WALL_MS.retry),
          ),
      }),
      Effect.forever,
    )
    const settlement = settler.run({
      events: neighbourhood.events(0),
      headSequence: neighbourhood.street.sequence,
      clock,
    })
    const agents = homes.map(({ home, agent }) => part(`agent of ${home}`, agent.run(pace)))
    return yield* Effect.all(
      [
        part('engine', engine),
        part('settlement', settlement),
        part('chain about the homes', aboutHomes),
        part('chain', live.followChain),
        live.attached.run(pace),
        ...agents,
      ],
      {
        concurrency: 'unbounded',
      },
    ).pipe(Effect.onInterrupt(() => farewell(live)))
  })

/** No part ends by itself: one that does takes the others along, and the log says which it was. */
const part = <A, E extends { readonly message: string }>(name: string, run: Effect.Effect<A, E>) =>
  run.pipe(
    Effect.tapError(({ message }) => Effect.logError(`${name} has stopped: ${message}`)),
    Effect.tapDefect((defect) => Effect.logError(`${name} has stopped: ${String(defect)}`)),
  )

const farewell = (live: LiveStreet) =>
  Effect.gen(function* () {
    live.prepareToStop()
    yield* Effect.logInfo('stopping: orders are refused, outboxes are emptied')
    yield* Effect.forEach(live.homes, ({ agent }) => Effect.ignore(agent.publish()), {
      concurrency: 'unbounded',
      discard: true,
    }).pipe(Effect.timeoutOption(FAREWELL_WALL_MS))
    yield* live.neighbourhood.keepSnapshot
    const { sequence } = live.neighbourhood.street
    yield* Effect.logInfo('stopped').pipe(Effect.annotateLogs({ sequence }))
  })
