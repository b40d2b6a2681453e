import { Effect } from 'effect'
import { json, text } from './answer.ts'
import { type Market, marketStopped } from './message-doors.ts'
import { METRICS_TYPE } from './metrics.ts'
import { openapiOf } from './openapi.ts'
import { HttpProblem } from './problems.ts'
import type { Route } from './router.ts'

/** What those ask who keep the process running: is it there, is it able, how does it go, what can it be asked. */
export function operationRoutes(
  market: Market,
  options: {
    /** what keeps other parts of this process from their work, a sentence each */
    readonly troubles: () => readonly string[]
    readonly metrics: () => string
    readonly apiRoutes: readonly Route[]
  },
): readonly Route[] {
  const { neighbourhood, clock, isStopping } = market
  const ready = Effect.suspend(() => {
    const troubles = [...(isStopping() ? ['it is stopping'] : []), ...options.troubles()]
    return troubles.length === 0
      ? Effect.succeed(text(200, 'ready\n'))
      : Effect.fail(
          new HttpProblem({ code: 'NOT_READY', detail: troubles.join('; '), headers: { 'retry-after': '10' } }),
        )
  })
  const routes: readonly Route[] = [
    {
      method: 'GET',
      pattern: '/healthz',
      summary: 'Whether the process answers at all.',
      contentType: 'text/plain',
      handle: () => Effect.succeed(text(200, 'alive\n')),
    },
    {
      method: 'GET',
      pattern: '/readyz',
      summary: 'Whether it does its work; 503 says what does not.',
      contentType: 'text/plain',
      // The engine is ready if it can write the log: moving time does, and does nothing that would not be due anyway.
      handle: () =>
        neighbourhood.advance(clock.nowMs(), 'readyz').pipe(Effect.mapError(marketStopped), Effect.andThen(ready)),
    },
    {
      method: 'GET',
      pattern: '/metrics',
      summary: 'Numbers for Prometheus.',
      contentType: 'text/plain',
      handle: () => Effect.sync(() => text(200, options.metrics(), METRICS_TYPE)),
    },
    {
      method: 'GET',
      pattern: '/openapi.json',
      summary: 'This description.',
      handle: () => Effect.sync(() => json(200, openapiOf([...options.apiRoutes, ...routes]))),
    },
  ]
  return routes
}
