import { AuthorizationError, connect, type NatsConnection, RequestError, TimeoutError } from '@nats-io/transport-node'
import { Data, Effect, type Scope, Stream } from 'effect'

/** A NATS server cannot be reached, or does not let us in. */
export class NatsFailed extends Data.TaggedError('NatsFailed')<{ readonly server: string; readonly detail: string }> {
  override get message(): string {
    return `NATS server ${this.server}: ${this.detail}`
  }
}

/** Where a NATS server is: `nats://HOST:PORT`, or `tls://…`. */
export interface NatsServer {
  readonly url: string
  readonly login: { readonly user: string; readonly password: string } | undefined
}

/** Questions and answers of those who are connected to a server, on subjects. */
export interface NatsLink {
  /** What somebody answers; null where nobody does. Fails where the server is away. */
  readonly ask: (subject: string, text: string) => Effect.Effect<string | null, NatsFailed>
  /** Answers what is asked on a subject until the scope closes; with a group, each question is for one of the group. */
  readonly answer: (options: {
    readonly subject: string
    readonly group?: string
    readonly reply: (text: string) => string
  }) => Effect.Effect<void, never, Scope.Scope>
  /** Fails if the connection is lost for good: the server wants another login by now. */
  readonly lost: Effect.Effect<never, NatsFailed>
}

const CONNECT_TIMEOUT_MS = 5_000
const ANSWER_TIMEOUT_MS = 1_500
const RETRY_MS = 500
/** How often the server is asked whether it is there: a link that is dead without a word is noticed at the third. */
const PING_EVERY_MS = 5_000
/** What the server itself takes at most, to answer or to see us off. */
const PROMPT_MS = 1_000

/**
 * Connects until the scope closes. A server that is not there is an error at first; later it is waited for, and that is
 * logged.
 */
export const openNats = (
  server: NatsServer,
  /** it was lost, and is there again */
  onBack: () => void = () => {},
): Effect.Effect<NatsLink, NatsFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const failed = (cause: unknown) => new NatsFailed({ server: server.url, detail: inWords(cause) })
    const connection = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => open(server), catch: failed }),
      // One that does not drain would go on trying for ever.
      (opened) =>
        Effect.andThen(
          promptly(() => opened.drain()),
          promptly(() => opened.close()),
        ),
    )
    yield* Effect.forkScoped(logLinks(connection, server, onBack))
    return {
      ask: (subject, text) =>
        Effect.tryPromise(() => connection.request(subject, text, { timeout: ANSWER_TIMEOUT_MS })).pipe(
          Effect.map((message) => message.string()),
          Effect.catch(({ cause }) => {
            if (cause instanceof RequestError && cause.isNoResponders()) return Effect.succeed(null)
            const isAway = Effect.fail(failed(cause))
            if (!(cause instanceof TimeoutError)) return isAway
            // Somebody may listen in on everything, and answer nothing: the server is there then, and only the other is not.
            return Effect.tryPromise(() => connection.rtt()).pipe(
              Effect.timeout(PROMPT_MS),
              Effect.as(null),
              Effect.catch(() => isAway),
            )
          }),
        ),
      answer: ({ subject, group, reply }) =>
        Effect.acquireRelease(
          Effect.sync(() =>
            connection.subscribe(subject, {
              ...(group === undefined ? {} : { queue: group }),
              callback: (error, message) => {
                if (error === null) message.respond(reply(message.string()))
              },
            }),
          ),
          (subscription) => Effect.sync(() => subscription.unsubscribe()),
        ),
      lost: Effect.flatMap(
        Effect.promise(() => connection.closed()),
        (cause) => (cause instanceof Error ? Effect.fail(failed(cause)) : Effect.never),
      ),
    }
  })

const open = ({ url, login }: NatsServer): Promise<NatsConnection> =>
  connect({
    servers: url,
    name: 'commonwatt',
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    pingInterval: PING_EVERY_MS,
    // Without it the scheme counts for nothing, and the server decides.
    ...(url.startsWith('tls:') ? { tls: {} } : {}),
    ...(login === undefined ? {} : { user: login.user, pass: login.password }),
  })

const promptly = (end: () => Promise<void>) =>
  Effect.ignore(Effect.tryPromise(end)).pipe(Effect.timeoutOption(PROMPT_MS))

/** Says when the connection is lost and when it is there again, and what the server does not let us do. */
const logLinks = (connection: NatsConnection, { url }: NatsServer, onBack: () => void) =>
  Stream.fromAsyncIterable(connection.status(), (cause) => cause).pipe(
    Stream.runForEach((status) => {
      switch (status.type) {
        case 'disconnect':
          return Effect.logWarning(`NATS server ${url}: the connection is lost; it is tried again`)
        case 'reconnect':
          onBack()
          return Effect.logInfo(`NATS server ${url}: connected again`)
        case 'error':
          return Effect.logWarning(`NATS server ${url}: ${status.error.message}`)
        default:
          return Effect.void
      }
    }),
    Effect.ignore,
  )

function inWords(cause: unknown): string {
  if (cause instanceof AuthorizationError) return 'it wants another login: name one with --user and --password-file'
  return cause instanceof Error ? cause.message : String(cause)
}
