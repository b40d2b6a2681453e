import { createServer, type Socket } from 'node:net'
import { Effect, type Scope } from 'effect'
import { freePort } from './modbus-serial.ts'

/** A peer that answers each request frame as told; it also counts its connections. */
export const serveFrames = (
  answer: (request: Buffer, socket: Socket) => void,
): Effect.Effect<{ readonly port: number; readonly connections: () => number }, never, Scope.Scope> =>
  Effect.gen(function* () {
    let connections = 0
    const sockets = new Set<Socket>()
    const port = yield* freePort
    yield* Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((socket) => {
          connections++
          sockets.add(socket)
          socket.on('error', () => undefined)
          socket.on('data', (request) => answer(request, socket))
        }).listen(port, '127.0.0.1', () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        }),
    )
    return { port, connections: () => connections }
  })

/** The answer frame to a request, with the unit and the payload given. */
export const frame = (request: Buffer, payload: readonly number[], unit = request[6] ?? 1): Buffer =>
  Buffer.from([request[0] ?? 0, request[1] ?? 0, 0, 0, 0, payload.length + 1, unit, ...payload])
