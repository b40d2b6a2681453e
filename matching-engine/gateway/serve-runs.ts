import { Effect, type Scope } from 'effect'
import type { RunHistory } from '../runs/run-history.ts'
import { json, text } from './answer.ts'
import { DoorCounts } from './door-counts.ts'
import { addressOf, type GatewayFailure, httpServer, listening } from './http-server.ts'
import { openapiOf } from './openapi.ts'
import { responder } from './respond.ts'
import { notFound, type Route } from './router.ts'
import { runRoutes, told } from './run-routes.ts'
import { loadPage } from './static-page.ts'

/**
 * Serves runs that are over, and the page that shows them, until the scope closes: nothing lives, nothing is followed,
 * nothing can be sent.
 */
export const serveRuns: (options: {
  readonly runs: readonly RunHistory[]
  readonly host: string
  /** 0 takes any free one */
  readonly port: number
  /** the built page; without it `/` says in words what runs here */
  readonly pageDir?: string
}) => Effect.Effect<{ readonly url: string; readonly port: number }, GatewayFailure, Scope.Scope> = Effect.fnUntraced(
  function* ({ runs, host, port, pageDir }) {
    const counts = new DoorCounts()
    const api = [...runRoutes(runs), firstPicture(runs)]
    const routes: readonly Route[] = [
      ...api,
      {
        method: 'GET',
        pattern: '/healthz',
        summary: 'Whether the process answers at all.',
        contentType: 'text/plain',
        handle: () => Effect.succeed(text(200, 'alive\n')),
      },
      {
        method: 'GET',
        pattern: '/openapi.json',
        summary: 'This description.',
        handle: () => Effect.sync(() => json(200, openapiOf(routes))),
      },
    ]
    const respond = responder(routes, loadPage(pageDir), counts)
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const http = httpServer({ respond, runFork, counts })
    yield* listening(http, { host, port }, () => {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      http.closeIdleConnections()
      return closed
    })
    return addressOf(http, host)
  },
)

/** What a page begins with that does not know yet that nothing lives here: the first run at its begin. */
const firstPicture = ([first]: readonly RunHistory[]): Route => ({
  method: 'GET',
  pattern: '/api/v1/picture',
  summary: 'What everybody may see of the first run at its begin, as the frame that a page begins with.',
  handle: () =>
    first === undefined
      ? Effect.fail(notFound('there is no run'))
      : Effect.map(told(first.pictureAt({ timeMs: first.timeline.firstMs })), ({ frame }) => json(200, frame)),
})
