import { createServer, type Server, type Socket } from 'node:net'
import { Effect, type Scope } from 'effect'
import { EmulatorFailure } from './emulator-failure.ts'
import { takePort } from './take-port.ts'

const SERVICE = 'P1'
/** As often as a meter of DSMR 5. */
const SEND_EVERY_MS = 1_000

/**
 * Sends a telegram over TCP to everybody who connects, at once and then every second, until the scope closes. Takes
 * `port`, or if it is taken any free one, and gives the port it has. What is sent to it is not read.
 */
export function serveP1(options: {
  readonly host: string
  readonly port: number
  readonly telegram: string
}): Effect.Effect<number, EmulatorFailure, Scope.Scope> {
  const { host, port, telegram } = options
  const bytes = Buffer.from(telegram, 'latin1')
  const listenOn = (wish: number) =>
    Effect.acquireRelease(listen({ host, port: wish, bytes }), ({ server, sockets, clock }) =>
      Effect.callback<void>((resume) => {
        clearInterval(clock)
        for (const socket of sockets) socket.destroy()
        server.close(() => resume(Effect.void))
      }),
    )
  return Effect.map(takePort({ service: SERVICE, host, port, listen: listenOn }), (taken) => taken.port)
}

interface Listening {
  readonly server: Server
  readonly sockets: ReadonlySet<Socket>
  readonly clock: NodeJS.Timeout
}

function listen(options: {
  readonly host: string
  readonly port: number
  readonly bytes: Buffer
}): Effect.Effect<Listening, EmulatorFailure> {
  const { host, port, bytes } = options
  return Effect.callback<Listening, EmulatorFailure>((resume) => {
    const sockets = new Set<Socket>()
    const send = (socket: Socket): void => {
      // Who does not read gets no more until it does: a meter does not queue either.
      if (!socket.writableNeedDrain) socket.write(bytes)
    }
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
      socket.resume()
      send(socket)
    })
    server.once('error', (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new EmulatorFailure({ service: SERVICE, host, port, reason: error.code ?? error.message }))),
    )
    server.listen(port, host, () => {
      const clock = setInterval(() => sockets.forEach(send), SEND_EVERY_MS)
      resume(Effect.succeed({ server, sockets, clock }))
    })
  })
}
