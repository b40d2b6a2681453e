import { createServer, type Server } from 'node:http'
import { Effect, type Scope } from 'effect'
import { BadInput } from './bad-input.ts'

/** The content type of Prometheus' text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const LOCAL = '127.0.0.1'
const EXAMPLE = '9464, 0.0.0.0:9464 or [::]:9464'

/** Reads `PORT` (of this computer alone), `HOST:PORT` or `[IPV6]:PORT`. */
export const metricsAddress = (
  text: string,
): Effect.Effect<{ readonly host: string; readonly port: number }, BadInput> => {
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+)):)?(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  return port >= 1 && port <= 65_535
    ? Effect.succeed({ host: bracketed ?? plain ?? LOCAL, port })
    : Effect.fail(new BadInput({ detail: `--metrics ${text}: a port from 1 to 65535, or a host with one: ${EXAMPLE}` }))
}

/**
 * Serves `/metrics` and `/healthz` until the scope closes; gives the address. Fails with BadInput where the port cannot be
 * had.
 */
export const serveMetrics = (options: {
  readonly host: string
  readonly port: number
  readonly text: Effect.Effect<string>
}): Effect.Effect<string, BadInput, Scope.Scope> =>
  Effect.gen(function* () {
    const { host, port, text } = options
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server, BadInput>((resume) => {
        const made = createServer(({ method = 'GET', url = '/' }, response) => {
          const answer = (status: number, type: string, body: string) =>
            response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
          const path = url.split('?')[0]
          if (method !== 'GET' && method !== 'HEAD') answer(405, 'text/plain', 'GET only\n')
          else if (path === '/healthz') answer(200, 'text/plain', 'ok\n')
          else if (path === '/metrics') answer(200, METRICS_TYPE, Effect.runSync(text))
          else answer(404, 'text/plain', 'there are /metrics and /healthz\n')
        })
        made.once('error', ({ message }) => resume(Effect.fail(new BadInput({ detail: `--metrics: ${message}` }))))
        made.listen(port, host, () => resume(Effect.succeed(made)))
      }),
      (made) =>
        Effect.callback<void>((resume) => {
          made.close(() => resume(Effect.void))
          made.closeAllConnections()
        }),
    )
    const address = server.address()
    const bound = typeof address === 'object' && address !== null ? address.port : port
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`
  })
