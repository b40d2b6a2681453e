import { randomBytes } from 'node:crypto'
import { Cause, Effect, Queue, type Scope, Semaphore } from 'effect'
import type { MqttClient } from 'mqtt'
import type { ArrivedMessage } from '../mqtt/message-set.ts'
import { PAYLOAD_BYTES_MAX } from '../mqtt/read-message.ts'
import { brokerName, type MqttBroker } from '../mqtt-url.ts'
import { MqttClosed, MqttRefused } from './mqtt-error.ts'

type LineError = MqttClosed | MqttRefused

/** A connection to a broker with its topics subscribed. It only listens. */
export interface MqttLine {
  /** Connects and subscribes, if it is not connected; `next` does so by itself. */
  readonly connect: Effect.Effect<void, LineError>
  /** The next message, in the order of arrival; some that came while nobody asked are still there. */
  readonly next: Effect.Effect<ArrivedMessage, LineError>
  /** Lets the connection go: it may look open for ever. */
  readonly drop: Effect.Effect<void>
}

interface Connection {
  readonly client: MqttClient
  readonly arrived: Queue.Queue<ArrivedMessage, LineError>
  /** false for good once anything was wrong: the client itself may still say that it is connected */
  usable: boolean
}

/** Messages that wait to be asked for. */
const WAITING_MAX = 64
/** A packet that is longer is no message of a meter, and would fill the memory before its end came. */
const PACKET_BYTES_MAX = 1_024 * 1_024
const KEEPALIVE_S = 30
/** MQTT 3.1.1, 3.9.3: this return code, and in MQTT 5 all above it, is a failure. */
const SUBSCRIPTION_REFUSED = 128
/** Return codes of MQTT 3.1.1, 3.2.2.3, that no waiting heals. */
const REFUSALS: Readonly<Record<number, string>> = {
  2: 'it does not like our client id',
  4: 'it does not know this user and password',
  5: 'it wants a user and a password, or others',
}

/** A broker's topics. Opened on the first request and again after a loss; ends with the scope. */
export const openMqtt = (options: {
  readonly broker: MqttBroker
  readonly login: { readonly user: string; readonly password: string } | null
  readonly topics: readonly string[]
  readonly timeoutMs: number
}): Effect.Effect<MqttLine, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { timeoutMs } = options
    const broker = brokerName(options.broker)
    const oneAtATime = yield* Semaphore.make(1)
    let connection: Connection | null = null
    const drop = Effect.sync(() => {
      connection?.client.end(true)
      connection = null
    })
    yield* Effect.addFinalizer(() => drop)

    const open: Effect.Effect<Connection, LineError> = Effect.gen(function* () {
      if (connection?.usable === true) return connection
      yield* drop
      const { default: mqtt } = yield* Effect.promise(() => import('mqtt')) // only homes that have one pay for it
      const arrived = yield* Queue.sliding<ArrivedMessage, LineError>(WAITING_MAX)
      const client = mqtt.connect({
        protocol: options.broker.scheme,
        host: options.broker.host,
        port: options.broker.port,
        clientId: `commonwatt-${randomBytes(6).toString('hex')}`,
        ...(options.login === null ? {} : { username: options.login.user, password: options.login.password }),
        clean: true, // no session: what was published while we were away is old
        reconnectPeriod: 0, // the link backs off
        connectTimeout: timeoutMs,
        keepalive: KEEPALIVE_S,
      })
      const opened: Connection = { client, arrived, usable: true }
      connection = opened
      listen(opened, broker)
      yield* subscribed(opened, { broker, topics: options.topics }).pipe(
        Effect.timeoutOrElse({
          duration: timeoutMs,
          orElse: () => Effect.fail(new MqttClosed({ broker, detail: `not open within ${timeoutMs} ms` })),
        }),
        Effect.onError(() => drop),
      )
      return opened
    })
    const opened = oneAtATime.withPermits(1)(open)
    return {
      connect: Effect.asVoid(opened),
      next: Effect.flatMap(opened, ({ arrived }) => Queue.take(arrived)),
      drop,
    }
  })

/** Puts what comes into the queue, and ends the queue with the connection. */
function listen(connection: Connection, broker: string): void {
  const { client, arrived } = connection
  const fail = (error: LineError): void => {
    connection.usable = false
    Queue.failCauseUnsafe(arrived, Cause.fail(error))
  }
  let unread = 0
  client.stream.on('data', (bytes: Uint8Array) => {
    unread += bytes.length
    if (unread <= PACKET_BYTES_MAX) return
    fail(new MqttClosed({ broker, detail: `it sent a packet of more than ${PACKET_BYTES_MAX} bytes` }))
    client.end(true)
  })
  client.on('packetreceive', () => {
    unread = 0
  })
  client.on('message', (topic, bytes, { retain }) => {
    const payload = bytes.length > PAYLOAD_BYTES_MAX ? null : bytes.toString('utf8')
    const arrivedMs = performance.now()
    Queue.offerUnsafe(arrived, { topic, payload, payloadBytes: bytes.length, retained: retain, arrivedMs })
  })
  // Without a listener an error would end the process.
  client.on('error', (error) => {
    const refusal = 'code' in error && typeof error.code === 'number' ? REFUSALS[error.code] : undefined
    fail(
      refusal === undefined
        ? new MqttClosed({ broker, detail: error.message || String(error) })
        : new MqttRefused({ broker, detail: refusal }),
    )
    client.end(true)
  })
  client.on('close', () => fail(new MqttClosed({ broker, detail: 'closed at the other end' })))
}

/** Waits until a new connection stands and has its topics. */
const subscribed = (
  { client, arrived }: Connection,
  { broker, topics }: { readonly broker: string; readonly topics: readonly string[] },
): Effect.Effect<void, LineError> =>
  Effect.raceFirst(
    Effect.callback<void, LineError>((resume) => {
      client.once('connect', () => {
        client.subscribe([...topics], { qos: 1 }, (error, _asked, packet) => {
          const refused = packet?.granted.some((code) => Number(code) >= SUBSCRIPTION_REFUSED) === true
          if (refused) {
            resume(Effect.fail(new MqttRefused({ broker, detail: `not all of ${topics.join(', ')} is for us` })))
          } else if (error) resume(Effect.fail(new MqttClosed({ broker, detail: error.message })))
          else resume(Effect.void)
        })
      })
    }),
    // What ends the queue ends this; a message stays where it is.
    Effect.andThen(Queue.await(arrived), Effect.never),
  )
