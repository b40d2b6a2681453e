import { Effect, Exit, type Scope } from 'effect'

const BEAT_MS = 10
const PAUSE_MS = 50

/** Whether this process has stood still. */
export interface Turns {
  /** Whether it has since then: what came in time is then read after its time, which is no fault of the line. */
  readonly stoodStillSince: (fromMs: number) => boolean
  readonly stop: () => void
}

/** Beats until it is stopped. Who waits for `limitMs` notices a standstill of a quarter of that. */
export function watchTurns(limitMs: number): Turns {
  let beatMs = performance.now()
  let stoodStillMs = Number.NEGATIVE_INFINITY
  const look = () => {
    const nowMs = performance.now()
    if (nowMs - beatMs > limitMs / 4) stoodStillMs = nowMs
    beatMs = nowMs
  }
  const beats = setInterval(look, BEAT_MS)
  return {
    stoodStillSince: (fromMs) => {
      look()
      return stoodStillMs > fromMs
    },
    stop: () => clearInterval(beats),
  }
}

/** The steps of a test with a short limit: from their beginning again where they failed and the process has stood still. */
export const againAfterStandstill = <E>(
  limitMs: number,
  steps: Effect.Effect<void, E, Scope.Scope>,
): Effect.Effect<void, E> =>
  Effect.acquireUseRelease(
    Effect.sync(() => watchTurns(limitMs)),
    (turns) =>
      Effect.gen(function* () {
        for (;;) {
          const fromMs = performance.now()
          const done = yield* Effect.exit(Effect.scoped(steps))
          if (Exit.isSuccess(done) || !turns.stoodStillSince(fromMs)) return yield* done
        }
      }),
    (turns) => Effect.sync(turns.stop),
  )

/** Waits so long in short pauses. A standstill of this process counts as one of them: what was due meanwhile comes first. */
export const awakeFor = (ms: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let waitedMs = 0; waitedMs < ms; waitedMs += PAUSE_MS) yield* Effect.sleep(PAUSE_MS)
  })
