import { connect } from 'node:net'
import { Effect, type Scope } from 'effect'
import { P1Closed } from './p1-error.ts'
import type { P1Line, P1LineOptions } from './p1-line.ts'
import { type OpenPort, openP1Stream } from './p1-stream.ts'

/** A P1 port behind a TCP server that passes on what the meter sends, such as ser2net. */
export const openP1Tcp = (
  at: { readonly host: string; readonly port: number },
  options: P1LineOptions,
): Effect.Effect<P1Line, never, Scope.Scope> => {
  const line = `${at.host}:${at.port}`
  const open = Effect.callback<OpenPort, P1Closed>((resume) => {
    const socket = connect({ ...at, keepAlive: true })
    const close = (): void => void socket.destroy()
    // Later errors close it, too, and are told by that.
    socket.on('error', (error) => resume(Effect.fail(new P1Closed({ line, detail: error.message }))))
    socket.once('connect', () => resume(Effect.succeed({ source: socket, close })))
    return Effect.sync(close)
  })
  return openP1Stream(line, open, options)
}
