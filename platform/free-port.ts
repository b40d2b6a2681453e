import { createServer } from 'node:net'
import { Effect } from 'effect'

/** The wished port if it can be had on this host now, else 0: any free one. */
export const freePort = (wish: { readonly host: string; readonly port: number }): Effect.Effect<number> =>
  Effect.callback((resume) => {
    const probe = createServer()
    probe.once('error', () => resume(Effect.succeed(0)))
    probe.listen(wish.port, wish.host, () => probe.close(() => resume(Effect.succeed(wish.port))))
  })
