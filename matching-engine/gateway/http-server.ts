import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Data, Effect, type Fiber, type Scope } from 'effect'
import { refuseBroken } from './broken-request.ts'
import type { DoorCounts } from './door-counts.ts'

/** How long a request may take to arrive, and how long those under way may take to end when the server closes. */
const REQUEST_TIMEOUT_MS = 30_000
const CLOSING_MS = 1_000
/** A connection on which nothing has moved for so long is let go: its answer is not read, or nobody is there. */
const STANDSTILL_MS = 120_000

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

/**
 * An HTTP server that bounds how long a request may take and refuses what is none; it does not listen yet. Who has only
 * asked for something (GET, HEAD) and goes away before it is there is worked for no longer.
 */
export function httpServer(options: {
  readonly respond: (request: IncomingMessage, response: ServerResponse) => Effect.Effect<unknown>
  readonly runFork: (answering: Effect.Effect<unknown>) => Fiber.Fiber<unknown>
  readonly counts: DoorCounts
}): Server {
  const { respond, runFork, counts } = options
  const http = createServer((request, response) => {
    const answering = runFork(respond(request, response))
    if (request.method === 'GET' || request.method === 'HEAD') response.once('close', () => answering.interruptUnsafe())
  })
  http.requestTimeout = REQUEST_TIMEOUT_MS
  http.timeout = STANDSTILL_MS
  http.on('clientError', (error, socket) => refuseBroken(error, socket, counts))
  return http
}

/** Listens until the scope closes; `close` ends what hangs on the server, and the server itself. */
export const listening = (
  http: Server,
  at: { readonly host: string; readonly port: number },
  close: () => Promise<void>,
): Effect.Effect<void, GatewayFailure, Scope.Scope> =>
  Effect.acquireRelease(listen(http, at), () =>
    Effect.promise(async () => {
      const impatience = setTimeout(() => http.closeAllConnections(), CLOSING_MS)
      await close()
      clearTimeout(impatience)
    }),
  )

/** Where a server listens. */
export function addressOf(http: Server, host: string): { readonly url: string; readonly port: number } {
  const { port } = http.address() as AddressInfo
  return { url: `http://${reachable(host)}:${port}`, port }
}

function listen(
  http: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Effect.Effect<void, GatewayFailure> {
  return Effect.callback<void, GatewayFailure>((resume) => {
    const fail = ({ message }: Error) => resume(Effect.fail(new GatewayFailure({ host, port, detail: message })))
    http.once('error', fail)
    http.listen({ host, port }, () => {
      http.off('error', fail)
      resume(Effect.void)
    })
  })
}

/** A wildcard address is none that one can ask. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
