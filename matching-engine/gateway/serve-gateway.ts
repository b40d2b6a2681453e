import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Cause, Data, Effect, Schedule, type Scope, Stream } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { Neighbourhood } from '../neighbourhood.ts'
import { type Answer, problemAnswer } from './answer.ts'
import { apiRoutes, statusNow } from './api-routes.ts'
import { BodyBudget } from './body-budget.ts'
import { refuseBroken } from './broken-request.ts'
import type { DeviceRegistryPort } from './device-registry-port.ts'
import { DoorCounts } from './door-counts.ts'
import { FrameFeed, RESUME_EVENTS } from './frame-feed.ts'
import type { Market } from './message-doors.ts'
import { LOOP_DELAY_RESOLUTION_MS, metricsText } from './metrics.ts'
import { operationRoutes } from './operation-routes.ts'
import { HttpProblem } from './problems.ts'
import { ReceiptBook } from './receipt-book.ts'
import { readJson } from './request-body.ts'
import { notAllowed, type Route, route } from './router.ts'
import { PageConnections } from './socket.io.ts'
import { loadPage } from './static-page.ts'

const FRAME_INTERVAL_MS = 50
const STATUS_INTERVAL_MS = 1_000
/** How long a request may take to arrive, and how long those under way may take to end when the gateway closes. */
const REQUEST_TIMEOUT_MS = 30_000
const CLOSING_MS = 1_000

/** The port could not be opened. */
export class GatewayFailure extends Data.TaggedError('GatewayFailure')<{
  readonly host: string
  readonly port: number
  readonly detail: string
}> {
  override get message(): string {
    return `gateway on ${this.host}:${this.port}: ${this.detail}`
  }
}

export interface GatewayOptions {
  readonly neighbourhood: Neighbourhood
  readonly clock: Clock
  readonly host: string
  /** 0 takes any free one */
  readonly port: number
  /** the built page; without it `/` says in words what runs here */
  readonly pageDir?: string
  /** the registry of devices on the chain that it settles on; left out: there is no chain */
  readonly registry?: DeviceRegistryPort
  /** what keeps other parts of this process from their work, a sentence each: `/readyz` tells (none) */
  readonly troubles?: () => readonly string[]
}

/** A gateway that serves. */
export interface Gateway {
  readonly url: string
  readonly port: number
  /** From now on only readings and statements are taken; the rest is refused with MARKET_STOPPING. */
  readonly prepareToStop: () => void
}

/** Serves a neighbourhood over HTTP and socket.io on one port until the scope closes. */
export const serveGateway: (options: GatewayOptions) => Effect.Effect<Gateway, GatewayFailure, Scope.Scope> =
  Effect.fnUntraced(function* (options) {
    const { neighbourhood, clock, host, registry, troubles = () => [] } = options
    const counts = new DoorCounts()
    let isStopping = false
    const market: Market = { neighbourhood, clock, counts, registry, isStopping: () => isStopping }
    const receipts = new ReceiptBook(neighbourhood.street)
    const api = apiRoutes(market, receipts)
    const metrics = () =>
      metricsText({
        status: statusNow(options),
        street: neighbourhood.street,
        counts,
        pages: pages.size,
        loopDelay,
        memory: process.memoryUsage(),
      })
    const routes = [...api, ...operationRoutes(market, { troubles, metrics, apiRoutes: api })]
    const respond = responder(routes, loadPage(options.pageDir), counts)
    const loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS })
    yield* Effect.acquireRelease(
      Effect.sync(() => loopDelay.enable()),
      () => Effect.sync(() => loopDelay.disable()),
    )
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const http = createServer((request, response) => {
      runFork(respond(request, response))
    })
    http.requestTimeout = REQUEST_TIMEOUT_MS
    http.on('clientError', (error, socket) => refuseBroken(error, socket, counts))
    const feed = new FrameFeed(neighbourhood.street)
    const pages = new PageConnections({ http, feed, marketData: neighbourhood.marketData })
    yield* Effect.acquireRelease(listen(http, options), () => Effect.promise(() => close(http, pages)))

    const firstSequence = Math.max(0, neighbourhood.street.sequence - RESUME_EVENTS)
    const follow = Effect.suspend(() =>
      Stream.runForEachArray(neighbourhood.events(Math.max(firstSequence, feed.lastSequence)), (events) =>
        Effect.sync(() => feed.push(events)),
      ),
    )
    yield* follow.pipe(
      Effect.tapError((failure) => Effect.logWarning('the live view has lost the log; trying again', failure)),
      Effect.retry(Schedule.spaced(STATUS_INTERVAL_MS)),
      Effect.forkScoped,
    )
    // From the beginning: what was traded before a restart has its receipt, too.
    const bookReceipts = Effect.suspend(() =>
      Stream.runForEachArray(neighbourhood.events(receipts.lastSequence), (events) =>
        Effect.sync(() => receipts.push(events)),
      ),
    )
    yield* bookReceipts.pipe(Effect.retry(Schedule.spaced(STATUS_INTERVAL_MS)), Effect.forkScoped)
    yield* every(FRAME_INTERVAL_MS, () => pages.sendFrames())
    yield* every(STATUS_INTERVAL_MS, () => pages.sendStatus(statusNow(options)))

    const { port } = http.address() as AddressInfo
    return {
      url: `http://${reachable(host)}:${port}`,
      port,
      prepareToStop: () => {
        isStopping = true
      },
    }
  })

function every(intervalMs: number, step: () => void): Effect.Effect<unknown, never, Scope.Scope> {
  return Effect.forkScoped(Effect.repeat(Effect.sync(step), Schedule.spaced(intervalMs)))
}

function listen(http: Server, { host, port }: GatewayOptions): Effect.Effect<void, GatewayFailure> {
  return Effect.callback<void, GatewayFailure>((resume) => {
    const fail = ({ message }: Error) => resume(Effect.fail(new GatewayFailure({ host, port, detail: message })))
    http.once('error', fail)
    http.listen({ host, port }, () => {
      http.off('error', fail)
      resume(Effect.void)
    })
  })
}

async function close(http: Server, pages: PageConnections): Promise<void> {
  const impatience = setTimeout(() => http.closeAllConnections(), CLOSING_MS)
  await pages.close()
  clearTimeout(impatience)
}

/** A wildcard address is none that one can ask. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function responder(routes: readonly Route[], page: (path: string) => Answer | undefined, counts: DoorCounts) {
  const budget = new BodyBudget()
  const answer = Effect.fnUntraced(function* (request: IncomingMessage) {
    const { method = 'GET', url = '/' } = request
    const [path = '/', query = ''] = url.split('?', 2)
    const file = page(path)
    if (file !== undefined) return method === 'GET' || method === 'HEAD' ? file : yield* notAllowed(['GET'])
    const found = yield* route(routes, { method, path })
    const { parameters } = found
    const share = budget.share()
    return yield* found.route
      .handle({
        parameters,
        query: new URLSearchParams(query),
        from: request.socket.remoteAddress ?? '',
        body: readJson(request, share),
      })
      .pipe(Effect.ensuring(Effect.sync(share.giveBack)))
  })
  return (request: IncomingMessage, response: ServerResponse) =>
    answer(request).pipe(
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError(`${request.method} ${request.url} failed`, Cause.die(defect)),
          Effect.fail(internalError),
        ),
      ),
      Effect.catch((problem) =>
        Effect.sync(() => {
          counts.refused(problem.code)
          return problemAnswer(problem)
        }),
      ),
      Effect.tap((given) =>
        Effect.sync(() => {
          counts.answered(given.status)
          write(request, response, given)
        }),
      ),
    )
}

function write(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

const internalError = new HttpProblem({ code: 'INTERNAL', detail: 'the log of this program says more' })
