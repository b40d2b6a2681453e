import { Effect, type Scope, Stream } from 'effect'
import type { ChainAccess } from '#platform/live/live-chain.ts'
import { type LiveStreet, openLiveStreet } from '#platform/live/live-street.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import { generateScenario, ManualClock, type SimulatedStreet } from '#sim/index.ts'

const MINUTE_MS = 60_000

/** A whole street on real ports whose clock only moves when the test says so. */
export interface SteppedStreet {
  readonly live: LiveStreet
  readonly clock: ManualClock
  readonly simulated: SimulatedStreet
  /** every event of the log, in order */
  readonly events: LoggedEvent[]
  /** Moves to a time: engine, readings, statements, and settlement as far as it is due. Trades where it is told to. */
  readonly moveTo: (timeMs: number, then: 'trade' | 'rest') => Effect.Effect<void, unknown>
}

export const openSteppedStreet = (options: {
  readonly homes: number
  readonly seed: number
  readonly startMs: number
  readonly folder: string
  readonly rules: MarketRules
  /** a chain that is there already; one of the street's own if left out */
  readonly chainOf?: (clock: ManualClock) => Effect.Effect<ChainAccess, unknown, Scope.Scope>
}): Effect.Effect<SteppedStreet, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const simulated = yield* generateScenario(options)
    const clock = new ManualClock(simulated.startMs, 900)
    const live = yield* openLiveStreet({
      street: simulated,
      clock,
      rules: options.rules,
      folder: options.folder,
      host: '127.0.0.1',
      port: 0,
      ...(options.chainOf === undefined ? {} : { chain: yield* options.chainOf(clock) }),
      emulatorBasePort: 25_020,
      names: 'names',
    })
    const { neighbourhood, homes, settler } = live
    yield* Effect.forEach(homes, ({ agent }) => agent.enrol())
    const events: LoggedEvent[] = []
    const folded = neighbourhood.events(0).pipe(
      Stream.runForEach((event) =>
        Effect.sync(() => {
          events.push(event)
          settler.step(event)
        }),
      ),
    )
    yield* Effect.forkScoped(folded)
    const caughtUp = Effect.suspend(() =>
      events.length < neighbourhood.street.sequence ? Effect.sleep(1) : Effect.void,
    ).pipe(Effect.repeat({ until: () => events.length >= neighbourhood.street.sequence }))
    const moveTo = Effect.fnUntraced(function* (timeMs: number, then: 'trade' | 'rest') {
      clock.set(timeMs)
      yield* neighbourhood.advance(timeMs)
      for (const { agent } of homes) {
        yield* agent.poll()
        yield* agent.publish()
      }
      yield* neighbourhood.advance(timeMs)
      yield* live.estimateMissing(timeMs)
      yield* live.lookAtHomes(timeMs)
      if (then === 'trade') yield* Effect.forEach(homes, ({ agent }) => agent.trade())
      yield* caughtUp
      yield* settler.tick(timeMs)
      yield* caughtUp
    })
    yield* moveTo(simulated.startMs, 'rest')
    return { live, clock, simulated, events, moveTo }
  })

/** The times of a stretch of the day, a step apart, end included. */
export function* times(stretch: { readonly fromMs: number; readonly toMs: number; readonly stepMinutes: number }) {
  for (let t = stretch.fromMs; t <= stretch.toMs; t += stretch.stepMinutes * MINUTE_MS) yield t
}
