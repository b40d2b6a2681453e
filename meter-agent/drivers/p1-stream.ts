import type { Readable } from 'node:stream'
import { Effect, type Scope, Semaphore } from 'effect'
import { type Framed, telegramFramer } from '../p1/telegram-framer.ts'
import { P1Closed, P1Silent } from './p1-error.ts'
import type { P1Line, P1LineOptions } from './p1-line.ts'

/** An open port: what comes out of it, and how it is closed. Nothing may throw for want of a listener. */
export interface OpenPort {
  readonly source: Readable
  readonly close: () => void
}

interface Connection {
  readonly port: OpenPort
  open: boolean
  onFramed: (framed: Framed) => void
  onClose: () => void
}

const ignore = (): void => undefined

/**
 * A P1 port that is a stream of bytes, however it is opened. Opens it on the first request and again after a loss;
 * ends with the scope. `line` is its name in errors.
 */
export const openP1Stream = (
  line: string,
  open: Effect.Effect<OpenPort, P1Closed>,
  options: P1LineOptions,
): Effect.Effect<P1Line, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { timeoutMs, silenceMs } = options
    const oneAtATime = yield* Semaphore.make(1)
    let connection: Connection | null = null
    const drop = (): void => {
      connection?.port.close()
      connection = null
    }
    yield* Effect.addFinalizer(() => Effect.sync(drop))

    const openConnection: Effect.Effect<Connection, P1Closed> = Effect.suspend(() => {
      if (connection?.open === true) return Effect.succeed(connection)
      drop()
      return open.pipe(
        Effect.timeoutOrElse({
          duration: timeoutMs,
          orElse: () => Effect.fail(new P1Closed({ line, detail: `not open within ${timeoutMs} ms` })),
        }),
        Effect.map((port) => {
          connection = listenTo(port)
          return connection
        }),
      )
    })
    const nextOf = (at: Connection) =>
      Effect.callback<Framed, P1Closed>((resume) => {
        at.onFramed = (framed) => resume(Effect.succeed(framed))
        at.onClose = () => resume(Effect.fail(new P1Closed({ line, detail: 'closed at the other end' })))
        if (at.open) at.port.source.resume()
        else at.onClose()
      }).pipe(
        Effect.timeoutOrElse({
          duration: silenceMs,
          orElse: () =>
            Effect.suspend(() => {
              drop() // it may look open for ever
              return Effect.fail(new P1Silent({ line, waitedMs: silenceMs }))
            }),
        }),
        Effect.flatMap((framed) => ('telegram' in framed ? Effect.succeed(framed.telegram) : Effect.fail(framed))),
      )
    return {
      connect: Effect.asVoid(oneAtATime.withPermits(1)(openConnection)),
      next: oneAtATime.withPermits(1)(Effect.flatMap(openConnection, nextOf)),
    }
  })

/** Frames what comes. Nothing is lost before the first telegram is asked for; after that it is as it comes. */
function listenTo(port: OpenPort): Connection {
  const { source } = port
  const connection: Connection = { port, open: !source.destroyed, onFramed: ignore, onClose: ignore }
  const frame = telegramFramer()
  source.pause()
  source.on('data', (bytes: Uint8Array) => {
    // Of what came at once the newest counts: after a pause of ours the others are old.
    const newest = frame(bytes).at(-1)
    if (newest !== undefined) connection.onFramed(newest)
  })
  source.on('close', () => {
    connection.open = false
    connection.onClose()
  })
  return connection
}
