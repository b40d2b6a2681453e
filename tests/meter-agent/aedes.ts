import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Aedes, type Client } from 'aedes'
import { Effect, type Scope } from 'effect'

/** An MQTT broker, and somebody who publishes there. */
export interface TestBroker {
  readonly port: number
  /** Publishes to everybody who subscribed; resolves once the broker has it. */
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options?: { readonly retain?: boolean },
  ) => Promise<void>
  /** resolves once so many clients have subscribed since the start */
  readonly subscribed: (times?: number) => Effect.Effect<void>
  readonly topics: () => readonly string[]
  readonly connections: () => number
  /** cuts all connections, or the one that came first */
  readonly hangUp: (which?: 'all' | 'first') => void
}

/** Serves a broker on 127.0.0.1 until the scope closes. With a login, nobody else is let in. */
export const serveBroker = (
  options: {
    readonly port?: number
    readonly login?: { readonly user: string; readonly password: string }
    readonly forbidden?: string
    /** PEM; without it there is no TLS */
    readonly tls?: { readonly key: string; readonly cert: string }
  } = {},
): Effect.Effect<TestBroker, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { login, forbidden } = options
    const broker = yield* Effect.promise(() =>
      Aedes.createBroker({
        authenticate: (_client, user, password, done) => {
          const known = login === undefined || (user === login.user && String(password) === login.password)
          if (known) done(null, true)
          else done(Object.assign(new Error('Auth error'), { returnCode: 4 }), false)
        },
        authorizeSubscribe: (_client, subscription, done) =>
          done(null, subscription.topic === forbidden ? null : subscription),
      }),
    )
    const sockets = new Set<Socket>()
    const topics: string[] = []
    let subscribes = 0
    let connections = 0
    broker.on('subscribe', (subscriptions, _client: Client) => {
      subscribes++
      topics.push(...subscriptions.map(({ topic }) => topic))
    })
    const connected = (socket: Socket): void => {
      connections++
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
      broker.handle(socket)
    }
    const server = options.tls === undefined ? createServer(connected) : createTlsServer(options.tls, connected)
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(options.port ?? 0, '127.0.0.1', () => resume(Effect.void))),
      () =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => broker.close(() => resume(Effect.void)))
        }),
    )
    const address = server.address()
    return {
      port: typeof address === 'object' && address !== null ? address.port : 0,
      publish: (topic, payload, { retain = false } = {}) =>
        new Promise<void>((resolve, reject) => {
          const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain, dup: false } as const
          broker.publish(packet, (error) => (error ? reject(error) : resolve()))
        }),
      subscribed: (times = 1) =>
        Effect.gen(function* () {
          while (subscribes < times) yield* Effect.sleep(5)
        }),
      topics: () => topics,
      connections: () => connections,
      hangUp: (which = 'all') => {
        for (const socket of which === 'all' ? sockets : [...sockets].slice(0, 1)) socket.destroy()
      },
    }
  })
