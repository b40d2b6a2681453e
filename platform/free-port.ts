import { createServer } from 'node:net'
import { Effect } from 'effect'

interface Place {
  readonly host: string
  readonly port: number
}

/** Why a port cannot be had on this host now, as the system says it (EADDRINUSE, EACCES …); null if it can. */
export const portFault = ({ host, port }: Place): Effect.Effect<string | null> =>
  Effect.callback((resume) => {
    const probe = createServer()
    probe.once('error', ({ code, message }: NodeJS.ErrnoException) => resume(Effect.succeed(code ?? message)))
    probe.listen(port, host, () => probe.close(() => resume(Effect.succeed(null))))
  })

/** The wished port if it can be had on this host now, else 0: any free one. */
export const freePort = (wish: Place): Effect.Effect<number> =>
  Effect.map(portFault(wish), (fault) => (fault === null ? wish.port : 0))
