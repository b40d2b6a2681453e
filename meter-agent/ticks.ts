import { Effect } from 'effect'
import type { Clock } from '#protocol/clock.ts'

/**
 * Runs a step at every multiple of `everyMs` of the clock (plus `phaseMs`), never early; a step that takes longer
 * than its turn skips turns instead of queueing them.
 */
export const onTicks = (
  clock: Clock,
  turn: { readonly everyMs: number; readonly phaseMs: number },
  step: Effect.Effect<void>,
): Effect.Effect<never> =>
  Effect.suspend(() => {
    const { everyMs, phaseMs } = turn
    const nowMs = clock.nowMs()
    const nextMs = (Math.floor((nowMs - phaseMs) / everyMs) + 1) * everyMs + phaseMs
    return Effect.sleep(Math.ceil((nextMs - nowMs) / clock.speed))
  }).pipe(Effect.andThen(step), Effect.forever)
