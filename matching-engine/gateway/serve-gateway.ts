import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Effect, Schedule, type Scope, Stream } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import type { Neighbourhood } from '../neighbourhood.ts'
import type { NamePolicy } from '../picture/picture-events.ts'
import { logSource } from '../runs/log-source.ts'
import type { NetSlotPort } from '../runs/net-slot.ts'
import { RunHistory } from '../runs/run-history.ts'
import { apiRoutes, statusNow } from './api-routes.ts'
import type { AttachPort } from './attach-port.ts'
import { attachRoutes } from './attach-routes.ts'
import type { DeviceRegistryPort } from './device-registry-port.ts'
import { DoorCounts } from './door-counts.ts'
import { addressOf, type GatewayFailure, httpServer, listening } from './http-server.ts'
import { every, LastingParts } from './lasting-parts.ts'
import type { Market } from './message-doors.ts'
import { LOOP_DELAY_RESOLUTION_MS, metricsText } from './metrics.ts'
import { operationRoutes } from './operation-routes.ts'
import { PictureAnswers, pictureRoute } from './picture-answers.ts'
import { PictureFeed } from './picture-feed.ts'
import { ReceiptBook } from './receipt-book.ts'
import { responder } from './respond.ts'
import { runRoutes } from './run-routes.ts'
import { PageConnections } from './socket.io.ts'
import { loadPage } from './static-page.ts'
import type { Pace } from './token-bucket.ts'
import { type ChainPort, transactionRoute } from './transaction-route.ts'

const FRAME_INTERVAL_MS = 50
const STATUS_INTERVAL_MS = 1_000
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
  /** that chain, for what it says of the transactions of batches; left out: nobody is told */
  readonly chain?: ChainPort
  /** attaches real meters to the street, for who sits at this machine; left out: there is no such door */
  readonly attach?: AttachPort
  /** what keeps other parts of this process from their work, a sentence each: `/readyz` tells (none) */
  readonly troubles?: () => readonly string[]
  /** for how long settlement has failed, wall ms; null while it works (it works) */
  readonly settlementFailingMs?: () => number | null
  /** what nets a slot as settlement does: left out, nobody can say what homes have paid */
  readonly netSlot?: NetSlotPort
  /** how often one address may ask (400 times at once, 100 times a second) */
  readonly requestPace?: Pace
  /** what of a home everybody may see (numbers) */
  readonly names?: NamePolicy
  /** what the wires are, where that is known */
  readonly grid?: PictureGrid | null
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
    const {
      neighbourhood,
      clock,
      host,
      registry,
      chain,
      attach,
      netSlot,
      troubles = () => [],
      names = 'numbers',
      grid = null,
    } = options
    const status = () => statusNow({ ...options, log: feed.log })
    const counts = new DoorCounts()
    const parts = new LastingParts()
    let isStopping = false
    const market: Market = { neighbourhood, clock, counts, registry, isStopping: () => isStopping }
    const receipts = new ReceiptBook(neighbourhood.street, names)
    const feed = new PictureFeed({ names, grid, logSequence: neighbourhood.street.sequence })
    const history = new RunHistory({
      source: logSource({
        read: neighbourhood.past,
        name: neighbourhood.partition,
        kind: 'live',
        names,
        grid,
      }),
      ...(netSlot === undefined ? {} : { netSlot }),
    })
    const api = [
      ...apiRoutes(market, { receipts, names, status }),
      ...runRoutes([history]),
      pictureRoute(new PictureAnswers(feed)),
      ...(chain === undefined ? [] : [transactionRoute(neighbourhood.street, chain)]),
      ...(attach === undefined ? [] : attachRoutes(attach)),
    ]
    const metrics = () =>
      metricsText({
        status: status(),
        street: neighbourhood.street,
        counts,
        pages: pages.size,
        loopDelay,
        memory: process.memoryUsage(),
      })
    const routes = [
      ...api,
      ...operationRoutes(market, {
        ...{ metrics, apiRoutes: api },
        troubles: () => [...parts.troubles, ...troubles()],
      }),
    ]
    const respond = responder(routes, loadPage(options.pageDir), counts, {
      requestPace: options.requestPace,
    })
    const loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS })
    yield* Effect.acquireRelease(
      Effect.sync(() => loopDelay.enable()),
      () => Effect.sync(() => loopDelay.disable()),
    )
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const http = httpServer({ respond, runFork, counts })
    const pages = new PageConnections({ http, feed, marketData: neighbourhood.marketData, status })
    yield* listening(http, options, () => pages.close())

    // From the beginning: pictures are a fold of all of the log, and what was traded before a restart has its receipt.
    const follow = Effect.suspend(() =>
      Stream.runForEachArray(neighbourhood.events(feed.sequence), (events) =>
        Effect.sync(() => {
          feed.push(events)
          receipts.push(events)
          history.push(events)
        }),
      ),
    )
    yield* parts.run(
      'the live view',
      follow.pipe(
        Effect.tapError((failure) => Effect.logWarning('the live view has lost the log; trying again', failure)),
        Effect.retry(Schedule.spaced(STATUS_INTERVAL_MS)),
        Effect.orDie, // it is tried for ever
      ),
    )
    const sendFrames = every(FRAME_INTERVAL_MS, () => pages.sendFrames())
    yield* parts.run('what sends frames', sendFrames)
    const sendStatus = every(STATUS_INTERVAL_MS, () => pages.sendStatus())
    yield* parts.run('what sends the status', sendStatus)

    return {
      ...addressOf(http, host),
      prepareToStop: () => {
        isStopping = true
      },
    }
  })
