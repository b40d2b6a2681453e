import { createServer } from 'node:net'
import { Effect, type Scope } from 'effect'
import { EmulatorFailure } from './emulator-failure.ts'

/** How often another port is tried when the chosen one was taken meanwhile. */
const PORT_TRIES = 8

/**
 * Listens on `port` (1 to 65535), or if it is taken on any free one, until the scope closes; gives the port it has
 * and what `listen` gave. `listen` fails with the reason EADDRINUSE where the port is taken.
 */
export function takePort<A>(options: {
  readonly service: EmulatorFailure['service']
  readonly host: string
  readonly port: number
  readonly listen: (port: number) => Effect.Effect<A, EmulatorFailure, Scope.Scope>
}): Effect.Effect<{ readonly port: number; readonly server: A }, EmulatorFailure, Scope.Scope> {
  const { service, host, port, listen } = options
  const listenOn = (
    wish: number,
    triesLeft: number,
  ): Effect.Effect<{ readonly port: number; readonly server: A }, EmulatorFailure, Scope.Scope> =>
    listen(wish).pipe(
      Effect.map((server) => ({ port: wish, server })),
      Effect.catch((failure) =>
        failure.reason === 'EADDRINUSE' && triesLeft > 0
          ? Effect.flatMap(freePort({ service, host, port: 0 }), (free) => listenOn(free, triesLeft - 1))
          : Effect.fail(failure),
      ),
    )
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    const reason = 'a port is a whole number from 1 to 65535'
    return Effect.fail(new EmulatorFailure({ service, host, port, reason }))
  }
  return listenOn(port, PORT_TRIES)
}

/** The port if it is free now, or for port 0 one that the system chooses. */
export function freePort(at: {
  readonly service: EmulatorFailure['service']
  readonly host: string
  readonly port: number
}): Effect.Effect<number, EmulatorFailure> {
  return Effect.callback<number, EmulatorFailure>((resume) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new EmulatorFailure({ ...at, reason: error.code ?? error.message }))),
    )
    probe.listen(at.port, at.host, () => {
      const address = probe.address()
      const port = address === null || typeof address === 'string' ? 0 : address.port
      probe.close(() => resume(Effect.succeed(port)))
    })
  })
}
