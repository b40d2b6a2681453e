import { Effect, type Scope } from 'effect'
import { P1Closed } from './p1-error.ts'
import type { P1Line, P1LineOptions } from './p1-line.ts'
import { type OpenPort, openP1Stream } from './p1-stream.ts'

/** Up to this speed P1 has 7 data bits and even parity (DSMR 2.2 and 3), above it 8 and none (DSMR 4 and 5). */
const SEVEN_BITS_BAUD_MAX = 9_600

/** A P1 port at a tty. The library comes with compiled bindings for the usual machines; it is loaded when needed. */
export const openP1Serial = (
  at: { readonly path: string; readonly baud: number },
  options: P1LineOptions,
): Effect.Effect<P1Line, never, Scope.Scope> => {
  const { path, baud } = at
  const closed = (cause: unknown) => new P1Closed({ line: path, detail: (cause as Error).message })
  const library = Effect.tryPromise({ try: () => import('serialport'), catch: closed })
  const open = Effect.flatMap(library, ({ SerialPort }) =>
    Effect.callback<OpenPort, P1Closed>((resume) => {
      const seven = baud <= SEVEN_BITS_BAUD_MAX
      const port = new SerialPort({
        path,
        baudRate: baud,
        dataBits: seven ? 7 : 8,
        parity: seven ? 'even' : 'none',
        stopBits: 1,
        autoOpen: false,
      })
      // Destroyed as a stream it would keep the tty.
      const close = (): void => port.close(() => undefined)
      port.on('error', () => undefined) // it closes, too
      port.open((error) =>
        resume(error === null ? Effect.succeed({ source: port, close }) : Effect.fail(closed(error))),
      )
      return Effect.sync(() => (port.opening ? port.once('open', close) : close()))
    }),
  )
  return openP1Stream(path, open, options)
}
