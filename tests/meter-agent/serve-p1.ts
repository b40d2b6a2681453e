import { createServer, type Server, type Socket } from 'node:net'
import { Effect, type Scope } from 'effect'

/** A smart meter behind a TCP server: what is sent reaches everybody who listens. */
export interface TestP1 {
  readonly port: number
  readonly url: string
  readonly send: (bytes: string) => void
  /** resolves once somebody listens */
  readonly listened: Effect.Effect<void>
  readonly connections: () => number
  readonly hangUp: () => void
}

/** Serves a P1 port on 127.0.0.1 until the scope closes. */
export const serveP1 = (onPort = 0): Effect.Effect<TestP1, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    let connections = 0
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const listening = createServer((socket) => {
          connections++
          sockets.add(socket)
          socket.on('error', () => undefined)
          socket.on('close', () => sockets.delete(socket))
          socket.resume()
        }).listen(onPort, '127.0.0.1', () => resume(Effect.succeed(listening)))
      }),
      (listening) =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          listening.close(() => resume(Effect.void))
        }),
    )
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return {
      port,
      url: `p1:tcp://127.0.0.1:${port}`,
      send: (bytes) => {
        for (const socket of sockets) socket.write(Buffer.from(bytes, 'latin1'))
      },
      listened: Effect.gen(function* () {
        while (sockets.size === 0) yield* Effect.sleep(5)
      }),
      connections: () => connections,
      hangUp: () => {
        for (const socket of sockets) socket.destroy()
      },
    }
  })
