import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { Effect, type Scope } from 'effect'
import { P1Closed } from './p1-error.ts'
import type { P1Line, P1LineOptions } from './p1-line.ts'
import { openP1Stream } from './p1-stream.ts'

/** A P1 port behind a TCP server that passes on what the meter sends, such as ser2net. */
export const openP1Tcp = (
  at: { readonly host: string; readonly port: number },
  options: P1LineOptions,
): Effect.Effect<P1Line, never, Scope.Scope> => {
  const line = `${at.host}:${at.port}`
  const open = Effect.callback<Readable, P1Closed>((resume) => {
    const socket = connect({ ...at, keepAlive: true })
    const fail = (error: Error): void => resume(Effect.fail(new P1Closed({ line, detail: error.message })))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      resume(Effect.succeed(socket))
    })
    return Effect.sync(() => socket.destroy())
  })
  return openP1Stream(line, open, options)
}
