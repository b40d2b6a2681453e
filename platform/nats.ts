import {
  AckPolicy,
  JetStreamApiError,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { AuthorizationError, connect, type NatsConnection, nanos } from '@nats-io/transport-node'
import { Data, Effect, Exit, type Scope, Stream } from 'effect'

/** A NATS server, or the work that it was given, cannot be reached or is not there. */
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

/** A message that was handed out. */
export interface TakenWork {
  readonly text: string
  /** how often it was handed out, this time included */
  readonly times: number
  /**
   * Does what it asks for, while the server is told that somebody is at it. It is gone when that succeeds, and handed out
   * again where it fails, is interrupted, or this process dies.
   */
  readonly doing: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Messages that a NATS server keeps on its disk until somebody has done what they ask for. */
export interface WorkStream {
  readonly name: string
  readonly subjects: string
  /** whether a message is kept that nobody takes yet, or only for those who take by then */
  readonly keeps: 'all' | 'awaited'
}

/** Who takes the messages of a subject: each is handed out once among all of a name. */
export interface Taker {
  readonly stream: WorkStream
  readonly name: string
  readonly subject: string
}

/** The work of some streams. */
export interface WorkQueue {
  /** Kept when this succeeds. */
  readonly put: (subject: string, text: string) => Effect.Effect<void, NatsFailed>
  /** Begins to take, until `leave`; gives what waits for the next message. */
  readonly take: (taker: Taker) => Effect.Effect<Effect.Effect<TakenWork, NatsFailed>, NatsFailed>
  readonly leave: (taker: Taker) => Effect.Effect<void, NatsFailed>
  /** Whether anybody takes by this name: waits for a message, or is at one. */
  readonly isTaken: (taker: Pick<Taker, 'stream' | 'name'>) => Effect.Effect<boolean, NatsFailed>
  /** Drops what is left of a subject. */
  readonly drop: (stream: WorkStream, subject: string) => Effect.Effect<void, NatsFailed>
}

const CONNECT_TIMEOUT_MS = 5_000
/** Who is at a message and has said nothing for so long is dead. */
const SILENT_MS = 10_000
const SAY_EVERY_MS = SILENT_MS / 4
/** How long the server lets one question for a message wait; then it is asked anew. */
const ASK_EVERY_MS = 30_000
const RETRY_MS = 1_000
const FAREWELL_MS = 1_000

/**
 * Opens the work of streams, which are made if they are not there, until the scope closes. A connection that is lost
 * comes back by itself; meanwhile whoever takes waits, and that is logged.
 */
export const openWorkQueue = (options: {
  readonly server: NatsServer
  readonly streams: readonly WorkStream[]
  /** what nobody has done by then is dropped */
  readonly keptMs: number
}): Effect.Effect<WorkQueue, NatsFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { server, streams, keptMs } = options
    const failed = (cause: unknown) => new NatsFailed({ server: server.url, detail: inWords(cause) })
    const ask = <A>(question: () => Promise<A>) => Effect.tryPromise({ try: question, catch: failed })
    const connection = yield* Effect.acquireRelease(
      ask(() => open(server)),
      (opened) => Effect.promise(() => opened.drain().catch(() => {})).pipe(Effect.timeoutOption(FAREWELL_MS)),
    )
    yield* Effect.forkScoped(logLinks(connection, server))
    const manager = yield* ask(() => jetstreamManager(connection))
    const client = jetstream(connection)
    for (const { name, subjects, keeps } of streams) {
      const retention = keeps === 'all' ? RetentionPolicy.Workqueue : RetentionPolicy.Interest
      const kept = { retention, storage: StorageType.File, max_age: nanos(keptMs) }
      yield* ask(() => manager.streams.add({ name, subjects: [subjects], ...kept }))
    }
    return {
      put: (subject, text) => Effect.asVoid(ask(() => client.publish(subject, text))),
      take: ({ stream, name, subject }) =>
        Effect.gen(function* () {
          const config = {
            durable_name: name,
            filter_subject: subject,
            ack_policy: AckPolicy.Explicit,
            ack_wait: nanos(SILENT_MS),
          }
          yield* ask(() => manager.consumers.add(stream.name, config))
          const consumer = yield* ask(() => client.consumers.get(stream.name, name))
          const isThere = Effect.tryPromise(() => manager.consumers.info(stream.name, name)).pipe(
            Effect.catch(({ cause }) =>
              cause instanceof JetStreamApiError || connection.isClosed() ? Effect.fail(failed(cause)) : Effect.void,
            ),
          )
          // A server that does not answer comes back; work that is gone does not.
          const next = Effect.tryPromise(() => consumer.next({ expires: ASK_EVERY_MS })).pipe(
            Effect.catch(() => Effect.as(Effect.andThen(isThere, Effect.sleep(RETRY_MS)), null)),
          )
          return Effect.map(Effect.repeat(next, { until: (message) => message !== null }), takenWork)
        }),
      leave: ({ stream, name }) => Effect.asVoid(ask(() => manager.consumers.delete(stream.name, name))),
      isTaken: ({ stream, name }) =>
        Effect.map(
          ask(() => manager.consumers.info(stream.name, name)),
          ({ num_waiting, num_ack_pending }) => num_waiting + num_ack_pending > 0,
        ),
      drop: (stream, subject) => Effect.asVoid(ask(() => manager.streams.purge(stream.name, { filter: subject }))),
    }
  })

/** A server that is not there at first is an error; one that was is waited for. */
const open = ({ url, login }: NatsServer): Promise<NatsConnection> =>
  connect({
    servers: url,
    name: 'commonwatt',
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    ...(login === undefined ? {} : { user: login.user, pass: login.password }),
  })

/** Says when the connection is lost, and when it is there again. */
const logLinks = (connection: NatsConnection, { url }: NatsServer) =>
  Stream.fromAsyncIterable(connection.status(), (cause) => cause).pipe(
    Stream.runForEach(({ type }) =>
      type === 'disconnect'
        ? Effect.logWarning(`NATS server ${url}: the connection is lost; it is tried again`)
        : type === 'reconnect'
          ? Effect.logInfo(`NATS server ${url}: connected again`)
          : Effect.void,
    ),
    Effect.ignore,
  )

function takenWork(message: JsMsg): TakenWork {
  const sayHeld = Effect.sync(() => message.working()).pipe(Effect.delay(SAY_EVERY_MS), Effect.forever)
  return {
    text: message.string(),
    times: message.info.deliveryCount,
    doing: (work) =>
      Effect.raceFirst(work, sayHeld).pipe(
        Effect.onExit((exit) => Effect.sync(() => (Exit.isSuccess(exit) ? message.ack() : message.nak()))),
      ),
  }
}

function inWords(cause: unknown): string {
  if (cause instanceof AuthorizationError) return 'it wants another login: name one with --user and --password-file'
  const { name = '', message = String(cause) } = cause instanceof Error ? cause : {}
  return name === 'JetStreamNotEnabled' ? 'it has no JetStream: start nats-server with -js' : message
}
